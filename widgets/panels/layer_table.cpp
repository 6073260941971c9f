// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/layer_table.h"

#include "widgets/models/layer_columns.h"
#include "widgets/panels/table_style.h"
#include "widgets/session/session.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QShortcut>
#include <QVBoxLayout>
#include <array>

namespace lathe {
namespace {

/// The digit of a key press, also where Shift makes it another character: by the key's place on X11 and Wayland, else by
/// the characters of the US layout.
std::optional<int> digitOf(const QKeyEvent& event)
{
    if (event.key() >= Qt::Key_2 && event.key() <= Qt::Key_8)
        return event.key() - Qt::Key_0;
    if (!(event.modifiers() & Qt::ShiftModifier))
        return std::nullopt;
    constexpr int placeOf2 = 11;
    const int place = static_cast<int>(event.nativeScanCode());
    if (place >= placeOf2 && place <= placeOf2 + 6)
        return place - placeOf2 + 2;
    constexpr std::array shifted{Qt::Key_At,      Qt::Key_NumberSign,  Qt::Key_Dollar, Qt::Key_Percent,
                                 Qt::Key_AsciiCircum, Qt::Key_Ampersand, Qt::Key_Asterisk};
    for (std::size_t i = 0; i < shifted.size(); ++i)
        if (event.key() == shifted[i])
            return static_cast<int>(i) + 2;
    return std::nullopt;
}

PlanPart partOf(const QKeyEvent& event)
{
    if (event.modifiers() & Qt::AltModifier)
        return PlanPart::weights;
    return event.modifiers() & Qt::ShiftModifier ? PlanPart::activations : PlanPart::both;
}

}

LayerTableView::LayerTableView(Session& session, bool editable, QWidget* parent)
    : QTableView(parent)
    , m_session(session)
    , m_editable(editable)
{
    styleTable(*this);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(editable ? DoubleClicked | EditKeyPressed | SelectedClicked : NoEditTriggers);
    connect(this, &QAbstractItemView::entered, this, [this](const QModelIndex& index) {
        m_session.selection().setHovered(index.data(LayerModel::idRole).toString());
    });
}

bool LayerTableView::takesKey(const QKeyEvent& event) const
{
    if (!m_editable || event.modifiers() & (Qt::ControlModifier | Qt::MetaModifier))
        return false;
    return digitOf(event) || event.key() == Qt::Key_F || event.key() == Qt::Key_Space;
}

bool LayerTableView::event(QEvent* event)
{
    // Alt+F would open the file menu.
    if (event->type() == QEvent::ShortcutOverride && takesKey(*static_cast<QKeyEvent*>(event))) {
        event->accept();
        return true;
    }
    return QTableView::event(event);
}

void LayerTableView::keyPressEvent(QKeyEvent* event)
{
    if (!takesKey(*event)) {
        QTableView::keyPressEvent(event);
        return;
    }
    if (event->key() == Qt::Key_Space)
        m_session.toggleLocks();
    else
        m_session.setBits(partOf(*event), digitOf(*event));
    event->accept();
}

void LayerTableView::leaveEvent(QEvent* event)
{
    m_session.selection().setHovered({});
    QTableView::leaveEvent(event);
}

LayerTable::LayerTable(Session& session, std::vector<LayerColumn> columns, bool editable, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_model(new LayerModel(std::move(columns), this))
    , m_proxy(new LayerProxy(this))
    , m_view(new LayerTableView(session, editable, this))
    , m_fit(nullptr)
    , m_filter(new QLineEdit(this))
    , m_count(new QLabel(this))
{
    m_proxy->setSourceModel(m_model);
    m_view->setModel(m_proxy);
    m_fit = new ColumnFit(*m_view, 18, 13);
    m_view->setObjectName(QStringLiteral("layers"));
    m_view->setAccessibleName(tr("Layers"));
    m_filter->setObjectName(QStringLiteral("layerFilter"));
    m_filter->setPlaceholderText(tr("Filter: name, op:conv, bits<8, sqnr<20, locked"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setToolTip(tr("Words that must all hold. A word is a part of the name; op:conv looks at the operator; "
                            "numbers compare with < <= > >= = !=. Known: %1. A ! before a word turns it around.")
                             .arg(LayerFilter::words().join(QLatin1String(", "))));
    m_count->setForegroundRole(QPalette::PlaceholderText);

    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(m_filter, 1);
    line->addWidget(m_count);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(m_view, 1);

    connect(m_filter, &QLineEdit::textChanged, this, &LayerTable::filterEdited);
    connect(m_filter, &QLineEdit::returnPressed, m_view, qOverload<>(&QWidget::setFocus));
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LayerTable::giveSelection);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &LayerTable::giveSelection);
    connect(m_model, &LayerModel::formatAsked, this,
            [this](const QString& id, LayerColumn column, const QString& format) {
                if (!m_session.selection().contains(id))
                    m_session.selection().selectOne(id);
                m_session.setFormat(column == LayerColumn::weights ? PlanPart::weights : PlanPart::activations,
                                    NumberFormat::parse(format.toStdString()));
            });
    connect(&session.selection(), &LayerSelection::changed, this, &LayerTable::takeSelection);
    connect(&session.selection(), &LayerSelection::hoverChanged, this,
            [this] { m_model->setHovered(m_session.selection().hovered()); });
    connect(&session, &Session::modelChanged, this, [this] {
        refreshRows();
        fit();
    });
    connect(&session, &Session::planChanged, this, &LayerTable::refreshRows);
    connect(&session, &Session::figuresChanged, this, &LayerTable::refreshRows);
    refreshRows();
    fit();
    takeSelection();
}

void LayerTable::setFilterText(const QString& text)
{
    m_filter->setText(text);
}

void LayerTable::refreshRows()
{
    const QScopedValueRollback following(m_following, true);
    m_model->setRows(m_session.model() ? layerRows(*m_session.model(), m_session.plan(), m_session.figures().get(), m_session.gains().get())
                                       : nullptr);
    m_model->setStale(m_session.figuresStale());
    const int remarks = m_model->indexOf(LayerColumn::problem);
    bool any = false;
    for (int i = 0; i < m_model->rowCount(); ++i)
        any = any || !m_model->row(i)->problem.isEmpty();
    if (remarks >= 0)
        m_view->setColumnHidden(remarks, !any);
    // A last column of numbers stays beside the others instead of floating at the far edge.
    m_view->horizontalHeader()->setStretchLastSection(any && remarks == m_model->columnCount() - 1);
    refreshCount();
}

void LayerTable::fit()
{
    // Room for figures that come later, and for a locked format.
    const QFontMetrics metrics = m_view->fontMetrics();
    const int format = metrics.horizontalAdvance(QStringLiteral("bfloat16")) + 20;
    const int figure = metrics.horizontalAdvance(QStringLiteral("−00.0")) + 2 * cellPadding;
    for (int column = 0; column < m_model->columnCount(); ++column) {
        const LayerColumn kind = m_model->column(column);
        if (kind == LayerColumn::weights || kind == LayerColumn::activations)
            m_fit->setLeast(column, format);
        else if (kind == LayerColumn::lossPerKib)
            m_fit->setLeast(column, metrics.horizontalAdvance(QStringLiteral("−0.00e−00")) + 2 * cellPadding);
        else if (columnIsMeasured(kind))
            m_fit->setLeast(column, figure);
    }
    m_fit->measure();
}

void LayerTable::filterEdited(const QString& text)
{
    LayerFilter filter = LayerFilter::parse(text);
    const bool wrong = !filter.error().isEmpty();
    m_count->setForegroundRole(wrong ? QPalette::WindowText : QPalette::PlaceholderText);
    const QString error = filter.error();
    m_proxy->setFilter(std::move(filter));
    refreshCount();
    if (wrong)
        m_count->setText(error);
}

void LayerTable::refreshCount()
{
    const int shown = m_proxy->rowCount();
    const int all = m_model->rowCount();
    m_count->setText(shown == all ? tr("%n layers", nullptr, all) : tr("%1 of %n layers", nullptr, all).arg(shown));
}

void LayerTable::takeSelection()
{
    if (m_following)
        return;
    const QScopedValueRollback following(m_following, true);
    QItemSelection rows;
    for (const QString& id : m_session.selection().selected()) {
        const int row = m_model->rowOf(id);
        const QModelIndex left = row < 0 ? QModelIndex() : m_proxy->mapFromSource(m_model->index(row, 0));
        if (left.isValid())
            rows.select(left, left.siblingAtColumn(m_model->columnCount() - 1));
    }
    m_view->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
    const int current = m_model->rowOf(m_session.selection().current());
    const QModelIndex index = current < 0 ? QModelIndex() : m_proxy->mapFromSource(m_model->index(current, 0));
    if (index.isValid()) {
        m_view->selectionModel()->setCurrentIndex(
            index.siblingAtColumn(std::max(0, m_view->currentIndex().column())), QItemSelectionModel::NoUpdate);
        m_view->scrollTo(index);
    }
}

void LayerTable::giveSelection()
{
    if (m_following)
        return;
    const QScopedValueRollback following(m_following, true);
    QStringList ids;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        ids.append(index.data(LayerModel::idRole).toString());
    m_session.selection().set(ids, m_view->currentIndex().siblingAtColumn(0).data(LayerModel::idRole).toString());
}

}
