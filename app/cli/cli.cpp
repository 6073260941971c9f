// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include "app/cli/interrupt.h"
#include "app/cli/progress_line.h"
#include "app/cli/verb.h"
#include "app/common/qt_image_decoder.h"
#include "core/base/version.h"

#include <iostream>
#include <map>

namespace lathe::cli {
namespace {

/// The command line with all verbs declared on it.
class Parser
{
public:
    Parser()
    {
        m_app.require_subcommand(1);
        m_app.fallthrough();
        m_app.set_version_flag("--version", std::string(version()));
        m_app.add_flag("--json", context.json, "One JSON document on standard output, nothing else there");
        m_app.add_flag("--quiet", context.quiet, "No progress and no text");
        m_app.add_option("--threads", context.threads, "Number of threads (default: all cores)")->check(CLI::Range(1, 1024));
        m_app.add_option("--seed", context.seed, "Seed of everything random (default 0)");
        for (const Verb& verb : verbs()) {
            CLI::App* command = m_app.add_subcommand(verb.id, verb.summary);
            command->fallthrough();
            m_actions[command] = verb.declare(*command);
        }
    }

    void parse(int argc, char** argv) { m_app.parse(argc, argv); }
    /// CLI11's own message for help, version and mistakes; returns its exit status.
    int explain(const CLI::ParseError& error) const { return m_app.exit(error); }
    int act() { return m_actions.at(m_app.get_subcommands().front())(context); }

    Context context;

private:
    CLI::App m_app{"Turns a neural network down to the bits it needs.", "tensorlathe-cli"};
    std::map<CLI::App*, VerbAction> m_actions;
};

int fail(Status status, const std::string& text)
{
    std::cerr << "tensorlathe-cli: " << text << "\n";
    return status;
}

/// Runs the chosen verb and turns what it throws into a line and an exit status.
int act(Parser& parser)
{
    try {
        return parser.act();
    } catch (const UsageError& error) {
        return fail(wrongUsage, error.what());
    } catch (const GateError& error) {
        return fail(gateNotMet, error.what());
    } catch (const Error& error) {
        if (error.code() == ErrorCode::stopped)
            return fail(interrupted, "Stopped; nothing was written.");
        return fail(failed, error.what());
    } catch (const std::bad_alloc&) {
        return fail(failed, "There is not enough memory. Close other programs or use a smaller model.");
    } catch (const std::exception& error) {
        return fail(failed, std::string("Unexpected error: ") + error.what());
    }
}

}

int runCli(int argc, char** argv)
{
    Parser parser;
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parser.explain(error) == 0 ? done : wrongUsage;
    }
    const Interrupt interrupt;
    ProgressLine progress(parser.context.quiet);
    parser.context.control = Control(interrupt.token(), [&](const Progress& now) { progress.show(now); });
    parser.context.fs = &systemFs();
    parser.context.decoder = qtImageDecoder();
    return act(parser);
}

}
