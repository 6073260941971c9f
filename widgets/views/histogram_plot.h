// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/histogram_data.h"

#include <qcustomplot.h>

#include <array>

namespace lathe {

/// The drawing of a histogram with its grid; HistogramView adds mouse and keys. Index 0 is the low end, 1 the high one.
class HistogramPlot : public QCustomPlot
{
    Q_OBJECT

public:
    explicit HistogramPlot(QWidget* parent = nullptr);

    /// Keeps the zoom for the same tensor.
    void setData(std::shared_ptr<const HistogramData> snapshot);
    const HistogramData* shown() const { return m_data.get(); }
    void setClip(const Range& clip);
    const Range& clip() const { return m_clip; }
    bool hasHandles() const;
    void setLogarithmic(bool on);
    void setStale(bool stale);
    void setHandlesShown(bool on);
    void applyPalette();

    void resetZoom();
    /// Zooms by `factor` (below 1: closer) around `center`, or around the middle; never beyond the data.
    void zoomBy(double factor, std::optional<double> center = {});
    /// Moves by a share of what is seen.
    void panBy(double share);

    double handlePixel(int end) const;
    double extremePixel(int end) const;
    /// True where a click means the mark of an extreme even if a handle stands there too.
    bool inMarkBand(double y) const;
    void showCursor(std::optional<double> value);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    void redraw();
    void drawDistribution();
    void drawGrid();
    void drawMarks();
    void nameLegend(double below, double above);
    void updateAxes();
    QCPItemLine* addVertical();
    void limitRange(const QCPRange& range);

    std::shared_ptr<const HistogramData> m_data;
    QCPGraph* m_outline = nullptr;
    QCPBars* m_bars = nullptr;
    std::array<QCPGraph*, 2> m_tails{};
    QCPGraph* m_percentileName = nullptr; ///< for the legend alone
    std::array<QCPItemLine*, 2> m_handles{};
    std::array<QCPItemLine*, 2> m_extremes{};
    std::array<QCPItemText*, 2> m_extremeTexts{};
    std::array<QCPItemLine*, 2> m_percentiles{};
    QCPItemLine* m_cursor = nullptr;
    Range m_clip;
    int m_laidOutWidth = 0;
    bool m_logarithmic = true;
    bool m_stale = false;
    bool m_handlesShown = true;
};

}
