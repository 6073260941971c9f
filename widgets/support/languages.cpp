// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/languages.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>

namespace lathe {
namespace {

void install(const QLocale& locale, const QString& name, const QString& folder)
{
    auto* translator = new QTranslator(QCoreApplication::instance());
    if (translator->load(locale, name, QStringLiteral("_"), folder))
        QCoreApplication::installTranslator(translator);
    else
        delete translator;
}

}

void installLanguages(const QLocale& locale, const QString& folder)
{
    // The one installed last is asked first; it leaves what it does not know to those before it.
    install(QLocale(QLocale::English), QStringLiteral("lathe"), folder);
    if (locale.language() != QLocale::English)
        install(locale, QStringLiteral("lathe"), folder);
    install(locale, QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
}

}
