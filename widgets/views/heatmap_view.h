// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/heatmap_image.h"

#include <QHash>
#include <QWidget>

#include <optional>

namespace lathe {

/// A heatmap of ragged rows, painted from one image made off the GUI thread. Each row spans the whole width, so that
/// layers of 8 and of 1,280 channels can be compared. A click selects a row (with Ctrl or Shift: one more), up and down
/// arrows move on, left and right step through the cells. The wheel and + and - zoom (over the names: rows alone, with
/// Shift: columns alone), dragging pans, double click and Home show everything. The cell under the pointer, or at the
/// cell cursor, is written out at the bottom.
class HeatmapView : public QWidget
{
    Q_OBJECT

public:
    explicit HeatmapView(QWidget* parent = nullptr);
    ~HeatmapView() override;

    /// Null shows `emptyText`. The image is made on a worker; the old one stays until then. Same rows: the zoom stays.
    void setData(std::shared_ptr<const HeatmapData> snapshot);
    void setEmptyText(const QString& text);
    void setStale(bool stale);
    /// Rows by id; several may be selected. The last one is brought into sight.
    void setSelected(const QStringList& ids);
    void setHovered(const QString& id);

    void resetZoom();
    const HeatmapWindow& window() const { return m_window; }
    /// What a point stands for, in words with the number; empty outside of rows.
    QString textAt(const QPoint& position) const;

    QSize sizeHint() const override { return {480, 360}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

signals:
    void rowClicked(const QString& id, bool extend);
    void rowHovered(const QString& id); ///< empty when the pointer leaves
    /// A new image was made and is about to be painted.
    void rendered();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Renderer;
    struct Layout;

    int rowCount() const { return m_data ? static_cast<int>(m_data->rows.size()) : 0; }
    const HeatmapData::Row& row(int index) const { return m_data->rows[static_cast<std::size_t>(index)]; }
    Layout layoutNow() const;
    void measureLabels();
    void setWindow(HeatmapWindow window);
    void zoom(double factor, const QPointF& around, bool rows, bool columns);
    void showRow(int row);
    void render();
    QString cellText(int row, int column) const;
    QString idAt(const QPoint& position) const;
    void stepRow(int step, bool extend);
    void stepCell(int step);

    void paintMap(QPainter& painter, const Layout& layout) const;
    void paintNumbers(QPainter& painter, const Layout& layout) const;
    void paintLabels(QPainter& painter, const Layout& layout) const;
    void paintColumnLabels(QPainter& painter, const Layout& layout) const;
    void paintMarks(QPainter& painter, const Layout& layout) const;
    void paintLegend(QPainter& painter, const Layout& layout) const;

    std::unique_ptr<Renderer> m_renderer;
    std::shared_ptr<const HeatmapData> m_data;
    QHash<QString, int> m_rowOf;
    HeatmapImage m_image;
    HeatmapWindow m_window;
    QString m_emptyText;
    std::vector<int> m_selected; ///< rows
    int m_hovered = -1;
    int m_cell = -1; ///< cell cursor within the last selected row
    QString m_pointed; ///< words for the cell under the pointer
    std::optional<QPointF> m_pressed;
    HeatmapWindow m_pressedWindow;
    int m_labelWidth = 0;
    bool m_panned = false;
    bool m_hasGaps = false; ///< cells or rows without a number
    bool m_stale = false;
};

}
