// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/source.h"
#include "core/runtime/profile.h"

namespace lathe::cli {

/// `bench --profile`: measures the machine and every step of `runnable` (and of the float program, where `precision` is
/// another one), and reports them. Returns the exit status.
int reportProfile(const Source& source, const std::string& precision, const CompileOptions& compile,
                  const Runnable& runnable, const TensorMap& inputs, const ProfileOptions& options, Context& context);

}
