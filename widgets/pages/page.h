// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/table.h"

#include <string>

class QWidget;

namespace lathe {

class Session;

/// A page of the window: one .cpp in this folder and one line in pages.def. It makes its own models and views, listens to
/// the session, and knows no other page.
struct Page
{
    std::string id;      ///< "model"
    const char* label;   ///< in the rail; marked with QT_TRANSLATE_NOOP("Page", ...)
    const char* icon;    ///< of resources/icons
    QWidget* (*create)(Session& session, QWidget* parent) = nullptr;
};

/// All pages, in the order of the rail.
const Table<Page>& pages();

}
