// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/facts.h"

#include "widgets/support/number_text.h"

#include <QGridLayout>
#include <QLabel>

namespace lathe {

Facts::Facts(QWidget* parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(1, 1);
}

void Facts::setRow(int row, const Fact& fact)
{
    if (row == static_cast<int>(m_rows.size())) {
        auto* name = new QLabel(this);
        name->setForegroundRole(QPalette::PlaceholderText);
        auto* value = new QLabel(this);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        value->setFocusPolicy(Qt::ClickFocus);
        value->setWordWrap(true);
        value->setFont(tabularFont(value->font()));
        name->setBuddy(value);
        m_grid->addWidget(name, row, 0, Qt::AlignTop | Qt::AlignLeft);
        m_grid->addWidget(value, row, 1, Qt::AlignTop);
        m_rows.emplace_back(name, value);
    }
    const auto& [name, value] = m_rows[static_cast<std::size_t>(row)];
    name->setText(fact.name);
    value->setText(fact.value);
    for (QLabel* label : {name, value}) {
        label->setToolTip(fact.explanation);
        label->show();
    }
}

void Facts::setFacts(const std::vector<Fact>& facts)
{
    int row = 0;
    for (const Fact& fact : facts)
        setRow(row++, fact);
    for (; row < static_cast<int>(m_rows.size()); ++row) {
        m_rows[static_cast<std::size_t>(row)].first->hide();
        m_rows[static_cast<std::size_t>(row)].second->hide();
    }
}

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont font = label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QLabel* quietText(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

}
