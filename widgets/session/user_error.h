// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>
#include <exception>

namespace lathe {

/// What the one button of an error bar does.
enum class Help {
    copyText,
    openFile,
    goToData,
    goToPrecision
};

/// A failure as the window tells it: what happened, why, and what helps. Empty texts are left out.
struct UserError
{
    QString what; ///< "The model could not be opened"
    QString why;  ///< "glyphs.onnx: The model file ends too early: ..."
    QString hint; ///< "Copy the file again; it is incomplete."
    QString page; ///< id of the page concerned; empty: the one that is shown
    Help help = Help::copyText;
    bool stopped = false; ///< the person stopped it: nothing to tell

    bool isEmpty() const { return what.isEmpty() && why.isEmpty(); }
};

/// Translates an exception of the engine; anything else becomes "An internal check failed".
UserError userError(const QString& what, std::exception_ptr failure);

}

Q_DECLARE_METATYPE(lathe::UserError)
