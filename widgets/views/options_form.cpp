// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/options_form.h"

#include "widgets/support/engine_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int editorWidth = 96;

/// Digits after the point that show a hundredth of the span and the default as it is.
int decimalsFor(const Option& option)
{
    const double span = std::max(option.maximum - option.minimum, 1e-9);
    int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(span))), 0, 6);
    const auto shows = [](double value, int digits) {
        const double scaled = value * std::pow(10.0, digits);
        return std::abs(scaled - std::round(scaled)) < 1e-6;
    };
    while (decimals < 8 && !shows(option.defaultValue, decimals))
        ++decimals;
    return decimals;
}

QString labelOf(const Option& option)
{
    return option.label.empty() ? QString::fromStdString(option.id) : engineText(option.label);
}

}

OptionsForm::OptionsForm(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QFormLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(12);
    m_layout->setVerticalSpacing(6);
    m_layout->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    m_layout->setRowWrapPolicy(QFormLayout::WrapLongRows);
}

void OptionsForm::setOptions(const std::vector<Option>& options)
{
    while (m_layout->rowCount() > 0)
        m_layout->removeRow(0);
    m_editors.clear();
    m_options = options;
    for (const Option& option : m_options) {
        QWidget* editor = makeEditor(option);
        editor->setObjectName(QString::fromStdString(option.id));
        editor->setAccessibleName(labelOf(option));
        m_editors.push_back(editor);
        // A check box carries its own words and has the line to itself.
        if (option.kind == Option::Kind::flag)
            m_layout->addRow(editor);
        else
            m_layout->addRow(labelOf(option), editor);
        const QString help = engineText(option.help);
        editor->setToolTip(help);
        if (QWidget* label = m_layout->labelForField(editor))
            label->setToolTip(help);
    }
    setValues({});
}

QWidget* OptionsForm::makeEditor(const Option& option)
{
    switch (option.kind) {
    case Option::Kind::flag: {
        auto* box = new QCheckBox(labelOf(option), this);
        connect(box, &QCheckBox::toggled, this, &OptionsForm::changed);
        return box;
    }
    case Option::Kind::choice: {
        auto* combo = new QComboBox(this);
        for (const std::string& choice : option.choices)
            combo->addItem(QString::fromStdString(choice));
        combo->setMinimumWidth(editorWidth);
        connect(combo, &QComboBox::currentIndexChanged, this, &OptionsForm::changed);
        return combo;
    }
    case Option::Kind::integer: {
        auto* spin = new QSpinBox(this);
        spin->setRange(static_cast<int>(std::ceil(option.minimum)), static_cast<int>(std::floor(option.maximum)));
        spin->setAlignment(Qt::AlignRight);
        spin->setMinimumWidth(editorWidth);
        spin->setKeyboardTracking(false);
        connect(spin, &QSpinBox::valueChanged, this, &OptionsForm::changed);
        return spin;
    }
    case Option::Kind::real: break;
    }
    auto* spin = new QDoubleSpinBox(this);
    spin->setDecimals(decimalsFor(option));
    spin->setRange(option.minimum, option.maximum);
    spin->setSingleStep((option.maximum - option.minimum) / 100);
    spin->setStepType(QAbstractSpinBox::DefaultStepType);
    spin->setAlignment(Qt::AlignRight);
    spin->setMinimumWidth(editorWidth);
    spin->setKeyboardTracking(false);
    connect(spin, &QDoubleSpinBox::valueChanged, this, &OptionsForm::changed);
    return spin;
}

double OptionsForm::editorValue(std::size_t index) const
{
    QWidget* editor = m_editors[index];
    switch (m_options[index].kind) {
    case Option::Kind::flag: return static_cast<QCheckBox*>(editor)->isChecked() ? 1 : 0;
    case Option::Kind::choice: return static_cast<QComboBox*>(editor)->currentIndex();
    case Option::Kind::integer: return static_cast<QSpinBox*>(editor)->value();
    case Option::Kind::real: break;
    }
    return static_cast<QDoubleSpinBox*>(editor)->value();
}

void OptionsForm::setEditorValue(std::size_t index, double value)
{
    QWidget* editor = m_editors[index];
    const QSignalBlocker quiet(editor);
    switch (m_options[index].kind) {
    case Option::Kind::flag: static_cast<QCheckBox*>(editor)->setChecked(value != 0); return;
    case Option::Kind::choice: static_cast<QComboBox*>(editor)->setCurrentIndex(static_cast<int>(value)); return;
    case Option::Kind::integer: static_cast<QSpinBox*>(editor)->setValue(static_cast<int>(value)); return;
    case Option::Kind::real: break;
    }
    static_cast<QDoubleSpinBox*>(editor)->setValue(value);
}

void OptionsForm::setValues(const OptionValues& values)
{
    for (std::size_t i = 0; i < m_options.size(); ++i) {
        const auto found = values.find(m_options[i].id);
        setEditorValue(i, found == values.end() ? m_options[i].defaultValue : found->second);
    }
}

OptionValues OptionsForm::values() const
{
    OptionValues result;
    for (std::size_t i = 0; i < m_options.size(); ++i) {
        const Option& option = m_options[i];
        const double value = editorValue(i);
        // A spin box rounds to its decimals; that must not turn a default into another value.
        if (std::abs(value - option.defaultValue) > 1e-9 * std::max(1.0, std::abs(option.defaultValue)))
            result[option.id] = value;
    }
    return result;
}

}
