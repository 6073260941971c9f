// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing: a library needs a source to build the precompiled header of the widget tests.
