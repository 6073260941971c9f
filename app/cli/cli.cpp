// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include "app/cli/interrupt.h"
#include "app/cli/progress_line.h"
#include "app/cli/verb.h"
#include "app/common/qt_image_decoder.h"
#include "app/common/resource_path.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/targets/catalog.h"

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
        m_app.add_option("--seed", context.seed, "Seed of everything random (default 0)")->check(CLI::NonNegativeNumber);
        for (const Verb& verb : verbs()) {
            CLI::App* command = m_app.add_subcommand(verb.id, verb.summary);
            command->fallthrough();
            m_actions[command] = verb.declare(*command);
        }
    }

    void parse(int argc, char** argv) { m_app.parse(argc, argv); }
    /// Help and version are no mistakes: prints them and returns true.
    bool answers(const CLI::ParseError& error) const { return error.get_exit_code() == 0 && m_app.exit(error) == 0; }
    /// One line that says what is wrong with the command line.
    std::string explain(const CLI::ParseError& error) const;
    int act() { return m_actions.at(m_app.get_subcommands().front())(context); }

    Context context;

private:
    CLI::App m_app{"Turns a neural network down to the bits it needs.", "tensorlathe-cli"};
    std::map<CLI::App*, VerbAction> m_actions;
};

std::string Parser::explain(const CLI::ParseError& error) const
{
    const CLI::App* command = &m_app;
    std::string name = m_app.get_name();
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().front();
        name += " " + command->get_name();
    }
    const std::string help = " See \"" + name + " --help\".";
    if (command->get_require_subcommand_min() == 0)
        return std::string(error.what()) + "." + help;
    std::vector<std::string> known;
    for (const CLI::App* verb : command->get_subcommands({}))
        known.push_back(verb->get_name());
    const std::vector<std::string> rest = m_app.remaining(true);
    const std::string start = rest.empty() ? "A verb is missing." : "There is no verb \"" + rest.front() + "\".";
    return start + " Known: " + joinText(known, ", ") + "." + help;
}

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
            return fail(interrupted, parser.context.whenStopped);
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
        return parser.answers(error) ? done : fail(wrongUsage, parser.explain(error));
    }
    const Interrupt interrupt;
    ProgressLine progress(parser.context.quiet);
    parser.context.control = Control(interrupt.token(), [&](const Progress& now) { progress.show(now); });
    parser.context.fs = &systemFs();
    parser.context.decoder = qtImageDecoder();
    for (const std::string& fault : addTargetFolder(systemFs(), userTargetsDir()))
        parser.context.warn(fault);
    return act(parser);
}

}
