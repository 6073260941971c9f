// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/option.h"

#include <QWidget>

class QFormLayout;

namespace lathe {

/// Draws any list of options that a registered member declares, so that a new knob needs no window code.
class OptionsForm : public QWidget
{
    Q_OBJECT

public:
    explicit OptionsForm(QWidget* parent = nullptr);

    /// Builds one row an option, at its default. Editors are named by the option's id. No options: an empty form.
    void setOptions(const std::vector<Option>& options);
    /// Values by option id; absent ones get their default, unknown ids are left alone. Emits nothing.
    void setValues(const OptionValues& values);
    /// Only values that differ from their default, so that equal settings are equal maps.
    OptionValues values() const;
    bool isEmpty() const { return m_options.empty(); }

signals:
    void changed();

private:
    QWidget* makeEditor(const Option& option);
    double editorValue(std::size_t index) const;
    void setEditorValue(std::size_t index, double value);

    std::vector<Option> m_options;
    std::vector<QWidget*> m_editors;
    QFormLayout* m_layout;
};

}
