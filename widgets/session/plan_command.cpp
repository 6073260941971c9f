// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/plan_command.h"

namespace lathe {

PlanCommand::PlanCommand(QString text, QuantPlan before, QuantPlan after, QString burst, Apply apply)
    : QUndoCommand(std::move(text))
    , m_before(std::move(before))
    , m_after(std::move(after))
    , m_burst(std::move(burst))
    , m_apply(std::move(apply))
{
}

void PlanCommand::undo()
{
    m_apply(m_before);
}

void PlanCommand::redo()
{
    m_apply(m_after);
}

int PlanCommand::id() const
{
    return m_burst.isEmpty() ? -1 : 1;
}

bool PlanCommand::mergeWith(const QUndoCommand* other)
{
    const auto* next = dynamic_cast<const PlanCommand*>(other);
    if (!next || next->m_burst != m_burst || next->m_last - m_last > burstGap)
        return false;
    m_after = next->m_after;
    m_last = next->m_last;
    setText(next->text());
    setObsolete(m_after == m_before);
    return true;
}

}
