// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string>

namespace lathe {

/// A label, summary or help text of the engine's tables in the person's language. translations/ collects them.
QString engineText(const std::string& text);

}
