// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/passphrase.h"

#include "app/cli/context.h"

#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace lathe::cli {
namespace {

/// The terminal without echo while it lives.
class SilentTerminal
{
public:
    SilentTerminal()
    {
        tcgetattr(STDIN_FILENO, &m_before);
        termios silent = m_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~SilentTerminal() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before); }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

private:
    termios m_before{};
};

std::string ask(const char* prompt)
{
    const SilentTerminal silent;
    std::cerr << prompt << std::flush;
    std::string line;
    std::getline(std::cin, line);
    std::cerr << "\n";
    return line;
}

}

Passphrase readPassphrase(const Fs& fs, const std::string& file, bool twice)
{
    if (!file.empty())
        return Passphrase::fromFile(fs, file);
    if (const char* text = std::getenv("LATHE_PASSPHRASE"))
        return Passphrase(text);
    if (isatty(STDIN_FILENO) != 1)
        throw UsageError("There is no terminal to ask for the passphrase: give --passphrase-file FILE.");
    const std::string first = ask("Passphrase: ");
    if (twice && ask("Again: ") != first)
        throw UsageError("The two passphrases differ.");
    return Passphrase(first);
}

}
