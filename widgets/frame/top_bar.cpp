// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/top_bar.h"

#include "widgets/session/session.h"
#include "widgets/support/icon.h"
#include "widgets/models/metric_text.h"
#include "widgets/views/budget_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace lathe {

TopBar::TopBar(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_budget(new BudgetBar(this))
    , m_validate(new QPushButton(tr("Validate"), this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 5);
    layout->setSpacing(4);
    m_model = addChip("model", QStringLiteral("modelChip"), QStringLiteral("model"));
    m_data = addChip("data", QStringLiteral("dataChip"), QStringLiteral("data"));
    m_target = addChip("target", QStringLiteral("targetChip"), QStringLiteral("assign"));
    layout->addWidget(m_model);
    layout->addWidget(m_data);
    layout->addWidget(m_target);
    layout->addStretch(1);
    layout->addWidget(m_budget);
    layout->addSpacing(8);
    layout->addWidget(m_validate);
    m_budget->setObjectName(QStringLiteral("budget"));
    m_validate->setObjectName(QStringLiteral("validate"));
    connect(m_validate, &QPushButton::clicked, this, [this] {
        m_session.showPage(QStringLiteral("validation"));
        m_session.validate();
    });
    connect(&session, &Session::modelChanged, this, &TopBar::refreshChips);
    connect(&session, &Session::datasetChanged, this, &TopBar::refreshChips);
    connect(&session, &Session::statisticsChanged, this, &TopBar::refreshChips);
    connect(&session, &Session::figuresChanged, this, &TopBar::refreshBudget);
    connect(&session, &Session::planChanged, this, &TopBar::refreshChips);
    connect(&session.job(), &Job::started, this, &TopBar::refreshChips);
    connect(&session.job(), &Job::finished, this, &TopBar::refreshChips);
    refreshChips();
    refreshBudget();
}

QToolButton* TopBar::addChip(const char* iconName, const QString& objectName, const QString& page)
{
    auto* chip = new QToolButton(this);
    chip->setObjectName(objectName);
    chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    chip->setAutoRaise(true);
    chip->setIcon(icon(QString::fromLatin1(iconName), palette()));
    m_chips.emplace_back(chip, QString::fromLatin1(iconName));
    connect(chip, &QToolButton::clicked, this, [this, page] { m_session.showPage(page); });
    return chip;
}

void TopBar::refreshChips()
{
    const auto shorten = [this](const QString& text) {
        return fontMetrics().elidedText(text, Qt::ElideMiddle, fontMetrics().averageCharWidth() * 26);
    };
    const auto& model = m_session.model();
    m_model->setText(model ? shorten(QString::fromStdString(model->path.filename().string())) : tr("No model"));
    m_model->setToolTip(model ? QString::fromStdString(model->path.string()) : tr("Open a model with Ctrl+O."));
    const auto& dataset = m_session.dataset();
    QString dataText = tr("No data");
    if (dataset) {
        const Path& file = dataset->info().file;
        dataText = shorten(QString::fromStdString((file.parent_path().filename() / file.filename()).string()));
    }
    m_data->setText(dataText);
    m_data->setToolTip(dataset ? tr("%1\n%2 calibration samples, %3 validation samples")
                                  .arg(QString::fromStdString(dataset->info().file.string()))
                                  .arg(dataset->info().calibrationCount)
                                  .arg(dataset->info().validationCount)
                            : tr("Drop a dataset file or a folder of images."));
    m_target->setText(QString::fromStdString(m_session.plan().target));
    m_target->setToolTip(tr("The target decides where a graph is quantized. \"generic\": ONNX Runtime's rules."));
    m_target->setVisible(model != nullptr);
    m_validate->setEnabled(m_session.canValidate() && !m_session.job().running());
    m_validate->setToolTip(m_session.canValidate()
                               ? tr("Runs float and quantized model on the validation split (Ctrl+R).")
                               : tr("Needs a model, data and a calibration first."));
}

void TopBar::refreshBudget()
{
    const auto& figures = m_session.figures();
    m_budget->setVisible(figures != nullptr);
    if (!figures) {
        m_budget->setFigures(std::nullopt);
        return;
    }
    BudgetBar::Figures shown;
    shown.floatBytes = figures->floatBytes;
    shown.planBytes = figures->sizeBytes;
    if (figures->loss) {
        shown.lossName = metricLabel(figures->loss->metric);
        shown.loss = figures->loss->loss;
        shown.lossIsShare = metricIsShare(figures->loss->metric);
        shown.low = figures->loss->low;
        shown.high = figures->loss->high;
        shown.basis = figures->loss->samples > 0 ? tr("%n validation samples", nullptr, static_cast<int>(figures->loss->samples))
                                                 : tr("probe set");
    }
    if (!figures->outputs.empty())
        shown.outputSqnrDb = figures->outputs.front().error.sqnrDb();
    m_budget->setFigures(shown);
    m_budget->setStale(m_session.figuresStale());
}

void TopBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QWidget::changeEvent(event);
}

void TopBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

void TopBar::tint()
{
    for (const auto& [chip, name] : m_chips)
        chip->setIcon(icon(name, palette()));
}

}
