// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>

#include <vector>

namespace lathe {

/// Plans by what they cost and what they are worth.
struct FrontChartData
{
    struct Point
    {
        QString id;
        double cost = 0;
        double worth = 0;
        bool front = false;   ///< no other one is cheaper and better
        bool uniform = false;
        QString text; ///< tooltip, and written beside uniform plans
    };
    QString costTitle;  ///< with unit: "Size, kB"
    QString worthTitle; ///< "Output SQNR, dB"
    std::vector<Point> points;
    QString current;             ///< id of the point that is marked; empty: none
};

/// A scatter of plans: those that no other one beats are joined by steps, uniform ones are squares with their
/// name. A click chooses the nearest point.
class FrontChart : public QCustomPlot
{
    Q_OBJECT
public:
    explicit FrontChart(QWidget* parent = nullptr);
    void setData(FrontChartData shown);
    void setCurrent(const QString& id);
    /// Grey: the plans are not those of what is chosen now.
    void setStale(bool stale);
    /// Where a point is drawn.
    QPointF positionOf(const QString& id) const;

    QSize sizeHint() const override { return {420, 300}; }
    QSize minimumSizeHint() const override { return {240, 160}; }

signals:
    void pointClicked(const QString& id);

protected:
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    void redraw();
    void applyPalette();
    void writeNames();
    const FrontChartData::Point* nearest(const QPointF& position) const;

    FrontChartData m_data;
    bool m_stale = false;
    QCPGraph* m_plans;
    QCPGraph* m_front;
    QCPGraph* m_uniform;
    QCPGraph* m_current;
    std::vector<QCPItemText*> m_names;
};

}
