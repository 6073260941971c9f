// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/samples.h"
#include "widgets/session/job.h"

#include <QImage>
#include <vector>

namespace lathe {

/// What a person recognises a sample by.
struct SamplePicture
{
    std::int64_t index = -1;
    QString id;
    std::optional<std::int64_t> label;
    QImage image;             ///< null where the sample is no picture
    std::vector<float> values; ///< then: the start of its first input
};

/// Loads pictures of samples on a worker; asking again drops what is not there yet.
class SampleLoader : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    void load(std::shared_ptr<const Samples> samples, std::vector<std::int64_t> indices);

signals:
    void loaded(const lathe::SamplePicture& picture);

private:
    Job m_job;
};

/// One picture, in the calling (worker) thread. Throws Error{imageUnreadable ...}.
SamplePicture samplePicture(const Samples& samples, std::int64_t index);
QImage toQImage(const Image& image);

}
