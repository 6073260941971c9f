// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/layer_row.h"

#include <QString>
#include <functional>
#include <vector>

namespace lathe {

/// The filter line of the layer tables: words separated by spaces, all of which must hold.
///     conv1               the name contains it
///     op:conv name:stem   that column contains it (op, name, problem)
///     bits<8 sqnr<20      numbers: bits (weights or activations), w, a, sqnr, acc, wsqnr, clip (%), params, macs, size,
///                         each with < <= > >= = !=; params>1k and size>2M take k, M and G
///     locked unsupported weights   layers that are so; !locked or -conv1 turns a word around
class LayerFilter
{
public:
    /// Never fails: words that mean nothing are in error(), and are left out.
    static LayerFilter parse(const QString& text);

    bool accepts(const LayerRow& row) const;
    bool isEmpty() const { return m_terms.empty(); }
    /// What is wrong with the line, in words; empty when nothing is.
    const QString& error() const { return m_error; }
    /// The words that numbers can be compared by, for completion.
    static QStringList words();

private:
    using Term = std::function<bool(const LayerRow&)>;
    std::vector<Term> m_terms;
    QString m_error;
};

}
