// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/method_form.h"

#include "widgets/panels/facts.h"
#include "widgets/session/session.h"
#include "widgets/support/engine_text.h"
#include "widgets/views/options_form.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace lathe {

MethodForm::MethodForm(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_method(new QComboBox(this))
    , m_summary(quietText({}, this))
    , m_options(new OptionsForm(this))
{
    m_method->setObjectName(QStringLiteral("method"));
    m_method->setAccessibleName(tr("Range method"));
    for (const Calibrator& calibrator : calibrators())
        m_method->addItem(engineText(calibrator.label), QString::fromStdString(calibrator.id));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_method);
    layout->addWidget(m_summary);
    layout->addWidget(m_options);
    connect(m_method, &QComboBox::currentIndexChanged, this, [this] {
        showMethod(m_method->currentData().toString());
        givePlan();
    });
    connect(m_options, &OptionsForm::changed, this, &MethodForm::givePlan);
    connect(&session, &Session::planChanged, this, &MethodForm::takePlan);
    takePlan();
}

void MethodForm::showMethod(const QString& id)
{
    const Calibrator* calibrator = calibrators().find(id.toStdString());
    if (!calibrator)
        return;
    m_summary->setText(engineText(calibrator->summary));
    m_options->setOptions(calibrator->options);
    m_options->setVisible(!m_options->isEmpty());
}

void MethodForm::takePlan()
{
    const MethodChoice& method = m_session.plan().method;
    const QSignalBlocker blockCombo(m_method);
    const QSignalBlocker blockOptions(m_options);
    const QString id = QString::fromStdString(method.id);
    if (m_method->currentData().toString() != id || m_summary->text().isEmpty()) {
        m_method->setCurrentIndex(m_method->findData(id));
        showMethod(id);
    }
    if (m_options->values() != method.options)
        m_options->setValues(method.options);
}

void MethodForm::givePlan()
{
    MethodChoice method;
    method.id = m_method->currentData().toString().toStdString();
    method.options = m_options->values();
    m_session.setMethod(method);
}

}
