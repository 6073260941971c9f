// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_plan.h"

#include <QUndoCommand>
#include <chrono>
#include <functional>

namespace lathe {

/// One change of the plan on the undo stack. A burst of changes of the same kind (a dragged handle, keys pressed one
/// after the other on one selection) becomes one step.
class PlanCommand : public QUndoCommand
{
public:
    using Apply = std::function<void(const QuantPlan&)>;
    static constexpr std::chrono::milliseconds burstGap{900};

    /// `burst`: changes with the same text here may merge; empty never merges.
    PlanCommand(QString text, QuantPlan before, QuantPlan after, QString burst, Apply apply);

    void undo() override;
    void redo() override;
    int id() const override;
    bool mergeWith(const QUndoCommand* other) override;

private:
    QuantPlan m_before;
    QuantPlan m_after;
    QString m_burst;
    Apply m_apply;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now();
};

}
