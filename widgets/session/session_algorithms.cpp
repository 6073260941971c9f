// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/adjustment.h"
#include "widgets/session/command_line.h"
#include "widgets/session/session.h"

#include <QUndoCommand>

namespace lathe {
namespace {

/// What algorithms made, as one step on the undo stack.
class AdjustmentCommand : public QUndoCommand
{
public:
    using Made = std::shared_ptr<const Quantized>;
    using Apply = std::function<void(const Made&)>;

    AdjustmentCommand(const QString& text, Made before, Made after, Apply apply)
        : QUndoCommand(text)
        , m_before(std::move(before))
        , m_after(std::move(after))
        , m_apply(std::move(apply))
    {
    }
    void undo() override { m_apply(m_before); }
    void redo() override { m_apply(m_after); }

private:
    Made m_before;
    Made m_after;
    Apply m_apply;
};

}

std::shared_ptr<const Quantized> Session::adjusted() const
{
    return m_adjusted && m_adjusted->plan == m_plan ? m_adjusted : nullptr;
}

void Session::runAlgorithms(const std::vector<AlgorithmChoice>& choices)
{
    if (!canCalibrate() || !m_statistics || choices.empty())
        return;
    QString list;
    for (const AlgorithmChoice& choice : choices)
        list += (list.isEmpty() ? QString() : QStringLiteral(",")) + QString::fromStdString(choice.text());
    m_job.start({tr("Running %1").arg(list), tr("The algorithms did not finish"),
                 commandLine({QStringLiteral("quantize"), commandSource(), QStringLiteral("--algorithms"), list,
                              QStringLiteral("-o"), commandSource()}),
                 QStringLiteral("precision")},
                [model = m_model, dataset = m_dataset, statistics = m_statistics, plan = m_plan, choices,
                 workers = m_options.workers](const JobContext& context) {
                    return quantize(*model, plan, *statistics, AlgorithmPlan{choices, *dataset, workers},
                                    context.control());
                },
                [this, list](std::shared_ptr<const Quantized> made) {
                    if (made->plan == m_plan)
                        m_undoStack.push(new AdjustmentCommand(list, m_adjusted, std::move(made),
                                                               [this](const auto& next) { takeAdjusted(next); }));
                });
}

void Session::takeAdjusted(const std::shared_ptr<const Quantized>& made)
{
    m_adjusted = made;
    m_store.write([made, model = m_model](Project& project) {
        if (made)
            storeQuantized(project, *model, *made);
        else
            storeAdjustment(project, std::nullopt);
    });
    emit adjustedChanged();
    emit runsChanged();
    refreshFigures();
}

}
