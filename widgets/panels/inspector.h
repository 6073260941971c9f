// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/samples.h"
#include "widgets/panels/inspection.h"
#include "widgets/session/job.h"
#include "widgets/views/histogram_view.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTabWidget;

namespace lathe {

class SampleStrip;
class Session;

/// The selected layer from within: distribution and grid of activations and weights, the arithmetic, the samples that set
/// the ends.
class Inspector : public QWidget
{
    Q_OBJECT
public:
    explicit Inspector(Session& session, QWidget* parent = nullptr);

private:
    struct Side
    {
        HistogramView* histogram = nullptr;
        Facts* facts = nullptr;
        QPushButton* resetClip = nullptr;
    };

    QWidget* buildSide(Side& side, const QString& objectName);
    QWidget* buildSamples();
    void ask();
    void show(std::shared_ptr<const Inspection> inspection);
    void refreshStale();
    void showEnd(HistogramView::End end);
    void clipEdited(double low, double high);
    void weightClipEdited(double low, double high);
    std::shared_ptr<const Samples> samples() const;

    Session& m_session;
    QLabel* m_title;
    QTabWidget* m_tabs;
    Side m_activations;
    Side m_weights;
    QLabel* m_endsText = nullptr;
    SampleStrip* m_ends = nullptr;
    SampleStrip* m_widest = nullptr;
    std::shared_ptr<const Inspection> m_shown;
    Job m_job;
};

}
