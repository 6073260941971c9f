// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>

namespace lathe {

/// What the plan costs: "size 3.4 → 1.1 MB" with a bar, and the loss with its interval; grey while stale.
class BudgetBar : public QWidget
{
    Q_OBJECT

public:
    struct Figures
    {
        std::int64_t floatBytes = 0;
        std::int64_t planBytes = 0;     ///< 0: not known
        QString lossName;               ///< "top-1", "agreement"
        std::optional<double> loss;     ///< in the metric's own unit, positive = worse
        bool lossIsShare = true;        ///< shown in percentage points; else the number as it is
        double low = 0;
        double high = 0;
        std::optional<double> outputSqnrDb;
        QString basis;                  ///< "16 probe samples", "900 validation samples"
    };

    explicit BudgetBar(QWidget* parent = nullptr);
    void setFigures(const std::optional<Figures>& figures);
    void setStale(bool stale);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString sizeText() const;
    QString lossText() const;

    std::optional<Figures> m_figures;
    bool m_stale = false;
};

}
