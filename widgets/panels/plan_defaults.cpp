// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/plan_defaults.h"

#include "core/quant/plan_ends.h"
#include "widgets/panels/grid_choices.h"
#include "widgets/session/session.h"
#include "widgets/views/bit_width_delegate.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>

namespace lathe {
namespace {

constexpr int endBits = 8;

void select(QComboBox& combo, const QString& text)
{
    const QSignalBlocker block(combo);
    int index = combo.findData(text);
    if (index < 0) {
        combo.addItem(text, text); // a plan from a file may ask for what the list does not offer
        index = combo.count() - 1;
    }
    combo.setCurrentIndex(index);
}

QComboBox* combo(const QString& objectName, const QStringList& formats, const QString& tooltip)
{
    auto* result = new QComboBox;
    result->setObjectName(objectName);
    result->setToolTip(tooltip);
    result->setAccessibleName(tooltip);
    for (const QString& format : formats)
        result->addItem(format, format);
    return result;
}

}

PlanDefaults::PlanDefaults(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_weights(combo(QStringLiteral("defaultWeights"), BitWidthDelegate::weightFormats(), tr("Weights of layers without a format of their own")))
    , m_granularity(combo(QStringLiteral("granularity"), {}, tr("One weight scale for what")))
    , m_activations(combo(QStringLiteral("defaultActivations"), BitWidthDelegate::activationFormats(),
                          tr("Activations of layers without a format of their own")))
    , m_grids(new QToolButton)
    , m_reset(new QToolButton)
{
    for (const auto& [text, granularity] : granularityChoices())
        m_granularity->addItem(text, QString::fromStdString(granularity.name()));
    buildGridMenu();
    m_reset->setObjectName(QStringLiteral("resetLayers"));
    m_reset->setText(tr("Reset layers"));
    m_reset->setAutoRaise(true);
    m_reset->setToolTip(tr("Lets every layer that is not locked follow these defaults again."));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(new QLabel(tr("Weights")));
    layout->addWidget(m_weights);
    layout->addWidget(m_granularity);
    layout->addSpacing(8);
    layout->addWidget(new QLabel(tr("Activations")));
    layout->addWidget(m_activations);
    layout->addWidget(m_grids);
    layout->addStretch();
    layout->addWidget(m_reset);
    connect(m_weights, &QComboBox::activated, this, [this] { givePlan(tr("Weights %1").arg(m_weights->currentText())); });
    connect(m_granularity, &QComboBox::activated, this, [this] { givePlan(tr("Weights %1").arg(m_granularity->currentText())); });
    connect(m_activations, &QComboBox::activated, this, [this] { givePlan(tr("Activations %1").arg(m_activations->currentText())); });
    connect(m_reset, &QToolButton::clicked, &session, &Session::resetLayers);
    connect(&session, &Session::planChanged, this, &PlanDefaults::takePlan);
    takePlan();
}

void PlanDefaults::takePlan()
{
    const QuantPlan& plan = m_session.plan();
    select(*m_weights, QString::fromStdString(plan.weights.format.name()));
    select(*m_granularity, QString::fromStdString(plan.weights.granularity.name()));
    select(*m_activations, QString::fromStdString(plan.activations.format.name()));
    m_reset->setEnabled(!(withoutLayers(plan) == plan));
}

void PlanDefaults::givePlan(const QString& text)
{
    QuantPlan plan = m_session.plan();
    plan.weights = inFormat(plan.weights, NumberFormat::parse(m_weights->currentData().toString().toStdString()));
    const Granularity granularity = Granularity::parse(m_granularity->currentData().toString().toStdString());
    const bool group = granularity.kind == Granularity::Kind::group;
    if (!(group && plan.weights.format.kind == NumberFormat::Kind::kmeans))
        plan.weights.granularity = granularity;
    plan.activations = inFormat(plan.activations, NumberFormat::parse(m_activations->currentData().toString().toStdString()));
    m_session.changePlan(plan, text);
    takePlan(); // what did not go together was put right
}

void PlanDefaults::buildGridMenu()
{
    m_grids->setObjectName(QStringLiteral("defaultGrids"));
    m_grids->setText(tr("Grid"));
    m_grids->setAutoRaise(true);
    m_grids->setToolTip(tr("Whether zero lies in the middle, and whether scales are powers of two."));
    m_grids->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_grids);
    const auto addPart = [&](const QString& title, QuantSpec QuantPlan::*part) {
        QMenu* choices = menu->addMenu(title);
        for (const auto& [text, grid] : gridChoices())
            choices->addAction(text, this, [this, part, grid, title] {
                QuantPlan plan = m_session.plan();
                plan.*part = onGrid(plan.*part, grid);
                m_session.changePlan(plan, tr("Grid of %1").arg(title));
            });
    };
    addPart(tr("Weights"), &QuantPlan::weights);
    addPart(tr("Activations"), &QuantPlan::activations);
    menu->addSeparator();
    menu->addAction(tr("First and last layer at 8 bits"), this, [this] {
        if (const auto& model = m_session.model())
            m_session.changePlan(withWideEnds(m_session.plan(), model->graph, model->layers, endBits),
                                 tr("First and last layer at 8 bits"));
    });
    m_grids->setMenu(menu);
}

}
