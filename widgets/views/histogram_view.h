// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/histogram_data.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace lathe {

class HistogramPlot;

/// The distribution of a tensor with its quantization grid drawn on it: float as a filled outline, codes as bars, clipped
/// tails hatched, marks at the extremes and percentiles; real values below, integer codes above. The ends of the clipping
/// range can be dragged, or moved with Alt+arrow keys (with Shift: the low end). The wheel and + and - zoom, dragging and
/// arrow keys pan, double click and Home show everything, L switches between logarithmic and linear counts.
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
    /// The arithmetic at a real value: what the tooltip under the pointer says.
    QString textAt(double value) const;

    QSize sizeHint() const override { return {480, 300}; }

signals:
    /// While an end is dragged, and once when it is let go.
    void clipChanging(double low, double high);
    void clipChanged(double low, double high);
    /// A click on the mark of an extreme: show the sample that set it.
    void endClicked(lathe::HistogramView::End end);
    void logarithmicChanged(bool on);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    bool mousePressed(const QPointF& position);
    bool mouseMoved(const QPointF& position, Qt::MouseButtons buttons);
    bool mouseReleased();
    int handleAt(const QPointF& position) const;  ///< 0 low, 1 high, -1 none
    int extremeAt(const QPointF& position) const;
    void moveClip(int end, double value);
    void showTooltip(const QPointF& position);
    void describe();

    HistogramPlot* m_plot;
    QLabel* m_empty;
    QToolButton* m_log;
    std::shared_ptr<const HistogramData> m_data;
    int m_dragged = -1;
    bool m_moved = false;
    bool m_logarithmic = true;
    bool m_clipEditable = true;
};

}
