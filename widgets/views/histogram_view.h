// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/histogram_data.h"

#include <QWidget>

class QCPBars;
class QCPGraph;
class QCPItemLine;
class QCustomPlot;
class QLabel;

namespace lathe {

/// The distribution of a tensor with its quantization grid drawn on it: float as a filled outline, codes as bars, clipped
/// tails hatched, ticks at the extremes and percentiles; real values below, integer codes above. The ends of the clipping
/// range can be dragged, or moved with Alt+arrow keys. Wheel zooms, double click resets.
class HistogramView : public QWidget
{
    Q_OBJECT

public:
    enum class End { low, high };

    explicit HistogramView(QWidget* parent = nullptr);

    /// Null shows `emptyText`.
    void setData(std::shared_ptr<const HistogramData> snapshot);
    void setEmptyText(const QString& text);
    void setLogarithmic(bool on);
    bool isLogarithmic() const { return m_logarithmic; }
    /// Greys the grid while its figures are being re-measured.
    void setStale(bool stale);
    void setClipEditable(bool on);

signals:
    /// While an end is dragged, and once when it is let go.
    void clipChanging(double low, double high);
    void clipChanged(double low, double high);
    /// A click on the tick of an extreme: show the sample that set it.
    void endClicked(lathe::HistogramView::End end);
    void logarithmicChanged(bool on);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildPlot();
    void applyPalette();
    void redraw();
    void drawDistribution();
    void drawGrid();
    void drawMarkers();
    void updateCodeAxis();
    void resetZoom();
    bool mousePressed(const QPoint& position);
    void mouseMoved(const QPoint& position, bool pressed);
    void mouseReleased();
    QString tooltipAt(double value) const;
    int endAt(double pixel) const; ///< 0 low clip handle, 1 high, -1 none
    void moveClip(End end, double value, bool final);

    std::shared_ptr<const HistogramData> m_data;
    QCustomPlot* m_plot = nullptr;
    QLabel* m_empty = nullptr;
    QCPGraph* m_outline = nullptr;
    QCPBars* m_bars = nullptr;
    QCPGraph* m_lowTail = nullptr;
    QCPGraph* m_highTail = nullptr;
    QCPItemLine* m_clipLines[2] = {};
    QCPItemLine* m_extremes[2] = {};
    QCPItemLine* m_percentiles[2] = {};
    Range m_clip;
    int m_dragged = -1;
    bool m_logarithmic = true;
    bool m_stale = false;
    bool m_clipEditable = true;
};

}
