// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/samples.h"

#include <QWidget>
#include <map>

class QHBoxLayout;

namespace lathe {

class SampleLoader;
class SampleThumb;

/// A row of samples, loaded as they are needed.
class SampleStrip : public QWidget
{
    Q_OBJECT
public:
    struct Entry
    {
        std::int64_t index;
        QString note; ///< second line below the picture; empty: the label
    };

    explicit SampleStrip(QWidget* parent = nullptr);
    void setSide(int pixels) { m_side = pixels; }
    void setSamples(std::shared_ptr<const Samples> samples, const std::vector<Entry>& entries);

signals:
    void chosen(std::int64_t index);

private:
    QHBoxLayout* m_layout;
    SampleLoader* m_loader;
    std::shared_ptr<const Samples> m_samples;
    std::multimap<std::int64_t, std::pair<SampleThumb*, QString>> m_thumbs;
    int m_side = 64;
};

}
