// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/file_field.h"

#include <QDropEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMimeData>
#include <QToolButton>
#include <QUrl>

namespace lathe {

FileField::FileField(const QString& title, const QString& filter, QWidget* parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(this))
{
    m_edit->setAccessibleName(title);
    m_edit->setPlaceholderText(tr("Choose or drop a file"));
    m_edit->installEventFilter(this);
    setFocusProxy(m_edit);
    auto* choose = new QToolButton(this);
    choose->setText(QStringLiteral("…"));
    choose->setToolTip(tr("Choose a file"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_edit, 1);
    layout->addWidget(choose);
    connect(m_edit, &QLineEdit::textChanged, this, &FileField::pathChanged);
    connect(choose, &QToolButton::clicked, this, [this, title, filter] {
        const QString path = QFileDialog::getOpenFileName(this, title, m_edit->text(), filter);
        if (!path.isEmpty())
            setPath(path);
    });
}

QString FileField::path() const
{
    return m_edit->text().trimmed();
}

void FileField::setPath(const QString& path)
{
    m_edit->setText(path);
}

bool FileField::eventFilter(QObject* watched, QEvent* event)
{
    // A line edit would take a dropped file as its URL's text.
    if (event->type() == QEvent::Drop) {
        const auto* drop = static_cast<QDropEvent*>(event);
        const QList<QUrl> urls = drop->mimeData()->urls();
        if (!urls.isEmpty() && urls.front().isLocalFile()) {
            setPath(urls.front().toLocalFile());
            event->accept();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}
