// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/facts.h"

#include "widgets/support/number_text.h"

#include <QGridLayout>
#include <QLabel>
#include <algorithm>

namespace lathe {
namespace {

/// A value that may wrap, and whose words are cut in their middle where one alone is wider than the label: a label's
/// least width is that of its longest word, and a file name would push everything else out of sight.
class ValueLabel : public QLabel
{
public:
    explicit ValueLabel(QWidget* parent)
        : QLabel(parent)
    {
        setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        setFocusPolicy(Qt::ClickFocus);
        setTextFormat(Qt::PlainText);
        setWordWrap(true);
    }

    void setWhole(const QString& text)
    {
        m_whole = text;
        fit();
    }
    QSize minimumSizeHint() const override { return {fontMetrics().averageCharWidth() * 8, QLabel::minimumSizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override
    {
        QLabel::resizeEvent(event);
        fit();
    }

private:
    void fit()
    {
        QStringList lines;
        for (const QString& line : m_whole.split(QLatin1Char('\n'))) {
            QStringList words = line.split(QLatin1Char(' '));
            for (QString& word : words)
                word = fontMetrics().elidedText(word, Qt::ElideMiddle, std::max(width(), minimumSizeHint().width()) - 2);
            lines.append(words.join(QLatin1Char(' ')));
        }
        const QString shown = lines.join(QLatin1Char('\n'));
        if (shown != text())
            setText(shown);
    }

    QString m_whole;
};

}

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
        auto* value = new ValueLabel(this);
        value->setFont(tabularFont(value->font()));
        name->setBuddy(value);
        m_grid->addWidget(name, row, 0, Qt::AlignTop | Qt::AlignLeft);
        m_grid->addWidget(value, row, 1, Qt::AlignTop);
        m_rows.emplace_back(name, value);
    }
    const auto& [name, value] = m_rows[static_cast<std::size_t>(row)];
    name->setText(fact.name);
    static_cast<ValueLabel*>(value)->setWhole(fact.value);
    for (QLabel* label : {name, value}) {
        label->setToolTip(fact.explanation.isEmpty() ? fact.value : fact.explanation);
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
