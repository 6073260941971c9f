// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/heatmap_data.h"

#include <QImage>
#include <QWidget>

namespace lathe {

/// A heatmap of ragged rows, painted from one image made off the GUI thread. Each row spans the whole width, so that
/// layers of 8 and of 1,280 channels can be compared. Click selects a row, arrows move, hover shows the numbers.
class HeatmapView : public QWidget
{
    Q_OBJECT

public:
    explicit HeatmapView(QWidget* parent = nullptr);
    ~HeatmapView() override;

    /// Null shows `emptyText`. The image is made on a worker; the old one stays until then.
    void setData(std::shared_ptr<const HeatmapData> snapshot);
    void setEmptyText(const QString& text);
    void setStale(bool stale);
    /// Rows by id; several may be selected.
    void setSelected(const QStringList& ids);
    void setHovered(const QString& id);

    QSize sizeHint() const override { return {480, 360}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

signals:
    void rowClicked(const QString& id, bool extend);
    void rowHovered(const QString& id); ///< empty when the pointer leaves

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRect mapArea() const;
    QRect rowRect(int row) const;
    int rowAt(const QPoint& position) const;
    int columnAt(int row, const QPoint& position) const;
    QString textAt(const QPoint& position) const;
    void render();
    void paintLabels(QPainter& painter) const;
    void paintLegend(QPainter& painter) const;

    struct Renderer;
    std::unique_ptr<Renderer> m_renderer;
    std::shared_ptr<const HeatmapData> m_data;
    QImage m_image; ///< one line a row, wide
    QString m_emptyText;
    QStringList m_selected;
    QString m_hovered;
    bool m_stale = false;
};

}
