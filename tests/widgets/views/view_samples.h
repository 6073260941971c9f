// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/budget_bar.h"
#include "widgets/views/heatmap_data.h"
#include "widgets/views/histogram_data.h"
#include "widgets/views/summary_chart.h"

#include <memory>

/// Values that look like a real model's, made without one.
namespace lathe::test {

/// A bell of 200,000 values around 0.4 with a long right tail; codes of an 8-bit or 4-bit grid that clips the tail.
std::shared_ptr<const HistogramData> sampleHistogram(int bits = 8);
/// `layers` rows with 8 to 512 channels of SQNR values; one row is missing, one channel is bad.
std::shared_ptr<const HeatmapData> sampleHeatmap(int layers = 24);
/// Signed errors by layer and bits.
std::shared_ptr<const HeatmapData> sampleBitsMap();
BudgetBar::Figures sampleBudget();
SummaryChartData sampleSizes(int layers = 10);
SummaryChartData sampleMetrics();

}
