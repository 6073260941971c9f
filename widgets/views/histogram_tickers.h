// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/numeric/encoding.h"

#include <qcustomplot.h>

namespace lathe {

/// Integer codes along an axis of real values: powers of two apart, as dense as they can be read.
class CodeTicker : public QCPAxisTicker
{
public:
    /// `encoding` has one scale; `axis` outlives the ticker.
    CodeTicker(const Encoding& encoding, const QCPAxis& axis);
    void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* labels) override;

private:
    double m_scale;
    int m_zero;
    int m_low;
    int m_high;
    const QCPAxis& m_axis;
};

/// "500", "20 k", "1.5 M": counts on a linear axis.
class CountTicker : public QCPAxisTicker
{
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

/// The same at powers of ten.
class LogCountTicker : public QCPAxisTickerLog
{
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

}
