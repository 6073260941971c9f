// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace lathe {

/// Rows of numbers of different lengths (layers by channels, or by bits); NaN cells stay empty.
struct HeatmapData
{
    struct Row
    {
        std::string id;    ///< layer id
        std::string label;
        std::vector<float> cells;
    };
    std::vector<Row> rows;
    std::vector<std::string> columnLabels; ///< empty: columns are numbered
    std::string columnNoun = "channel";
    std::string quantity = "SQNR";
    std::string unit = "dB";
    float low = 0;  ///< values of the colour scale's ends
    float high = 60;
    bool highIsGood = true;
    bool diverging = false; ///< signed error: blue-white-red around 0
};

}
