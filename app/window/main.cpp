// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/version.h"

#include <QApplication>
#include <QLabel>

int main(int argc, char* argv[])
{
    QApplication app(argc, argv);
    QApplication::setDesktopFileName(QStringLiteral(LATHE_APP_ID));
    QLabel label(QStringLiteral("Tensorlathe ") + QString::fromUtf8(lathe::version().data()));
    label.show();
    return app.exec();
}
