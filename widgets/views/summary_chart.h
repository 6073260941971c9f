// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QChartView>

#include <limits>
#include <optional>
#include <vector>

namespace lathe {

/// Bars by layer (size, SQNR) or by metric (float and quantized, with intervals).
struct SummaryChartData
{
    struct Bar
    {
        double value = std::numeric_limits<double>::quiet_NaN(); ///< NaN: not measured; +infinity: exact
        std::optional<double> low;                               ///< 95 % interval
        std::optional<double> high;
        QString text; ///< written at the bar's end
    };
    struct Category
    {
        QString id; ///< layer or metric
        QString label;
        std::vector<Bar> bars; ///< one a series
    };
    QString title; ///< with the unit: "SQNR at the output, dB"
    QStringList series;
    std::vector<Category> categories; ///< drawn from the top
    std::optional<double> axisLow;    ///< fixed ends, so that charts can be compared
    std::optional<double> axisHigh;
};

/// A summary with Qt Charts, in the palette's colours. The value is written at every bar's end; intervals are
/// whiskers.
class SummaryChart : public QChartView
{
    Q_OBJECT

public:
    explicit SummaryChart(QWidget* parent = nullptr);
    /// Shows the first categories, as many as can be read in the height and `limit` at most, and says how
    /// many are left.
    void setData(SummaryChartData shown, int limit = 24);
    void setEmptyText(const QString& text);
    void setHovered(const QString& id);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {240, 120}; }

signals:
    void categoryClicked(const QString& id);
    void categoryHovered(const QString& id); ///< empty when the pointer leaves

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void rebuild();
    void fit();
    void fitTicks();
    void applyPalette();
    double leastRowHeight() const;
    QString titleText() const;
    QFont titleFont() const;
    int legendWidth() const;
    bool legendIsBelow() const;
    double headerHeight() const;
    void paintHeader(QPainter& painter) const;
    void paintCategory(QPainter& painter, std::size_t category) const;
    QColor seriesColor(std::size_t series) const;
    double axisEnd() const;
    int categoryAt(const QPointF& position) const;
    QRectF barRect(std::size_t category, std::size_t series) const;

    static constexpr double groupShare = 0.74; ///< of a category's height
    static constexpr int edge = 8;

    SummaryChartData m_data;
    QString m_emptyText;
    QString m_hovered;
    int m_limit = 0;
    std::size_t m_shown = 0; ///< categories
    double m_axisLow = 0;
    double m_axisHigh = 1;
    int m_labelWidth = 0;
    int m_valueWidth = 0;
};

}
