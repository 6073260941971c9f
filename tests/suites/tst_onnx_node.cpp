// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/ops/ops.def
// ONNX's own test data (package libonnx-testdata) and our own cases (tests/suites/cases), each computed by the plain
// reference implementations, by the kernels, after the passes and after writing and reading the model.
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

#include "tests/suites/node_case.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using test::Mode;

namespace {

const Path testData = "/usr/share/libonnx-testdata/data";
constexpr std::array<std::string_view, 5> folders{"node", "simple", "pytorch-converted", "pytorch-operator", "real"};

/// What the issue tracker counts as outside: texts, sequences, optional values, training, randomness.
constexpr std::string_view outside = "outside: ";
const std::string noModel = "it holds no model";

/// A line "name: reason" or "name [mode]: reason" of onnx_node_skipped.txt.
struct Skip {
    std::string name, mode, reason;
};

std::vector<Skip> readSkipped()
{
    std::vector<Skip> skipped;
    std::ifstream file(test::sourceFile("tests/suites/onnx_node_skipped.txt"));
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(": ");
        if (colon == std::string::npos || line[0] == '#')
            continue;
        std::string name = line.substr(0, colon), mode;
        if (const auto bracket = name.find(" ["); bracket != std::string::npos) {
            mode = name.substr(bracket + 2, name.size() - bracket - 3);
            name.resize(bracket);
        }
        skipped.push_back({name, mode, line.substr(colon + 2)});
    }
    return skipped;
}

/// Errors of the expected values by case, from "name: error: reason" of onnx_node_accuracy.txt.
std::map<std::string, double> readAccuracy()
{
    std::map<std::string, double> errors;
    std::ifstream file(test::sourceFile("tests/suites/onnx_node_accuracy.txt"));
    for (std::string line; std::getline(file, line);)
        if (const auto colon = line.find(": "); colon != std::string::npos && line[0] != '#')
            errors[line.substr(0, colon)] = std::stod(line.substr(colon + 2));
    return errors;
}

std::string skipReason(const std::vector<Skip>& skipped, const std::string& name, Mode mode)
{
    for (const Skip& skip : skipped)
        if (skip.name == name && (skip.mode.empty() || skip.mode == test::modeName(mode)))
            return skip.reason;
    return {};
}

/// Every folder of the test data, by name without "test_".
std::map<std::string, Path> dataFolders()
{
    std::map<std::string, Path> result;
    for (const std::string_view folder : folders)
        if (std::filesystem::exists(testData / folder))
            for (const auto& entry : std::filesystem::directory_iterator(testData / folder))
                result[entry.path().filename().string().substr(5)] = entry.path();
    return result;
}

}

class TstOnnxNode : public QObject {
    Q_OBJECT

private:
    using Counts = std::array<int, test::modes.size()>;

    std::vector<Skip> m_skipped = readSkipped();
    std::map<std::string, double> m_accuracy = readAccuracy();
    std::map<std::string, Path> m_folders = dataFolders();
    std::map<std::string, int> m_operators;      ///< operators of the cases that pass
    std::map<std::string, Counts> m_reasons;     ///< skipped, by reason
    Counts m_passed{};

    /// What is wrong in one mode, or "". Counts what it found.
    std::string check(const test::NodeCase& nodeCase, const std::string& name, Mode mode)
    {
        const auto at = static_cast<std::size_t>(mode);
        const std::string reason = skipReason(m_skipped, name, mode);
        std::string fault;
        try {
            fault = test::faultOf(nodeCase, mode);
        } catch (const Error& error) {
            fault = error.message();
        }
        if (reason.empty() && fault.empty()) {
            ++m_passed[at];
            return {};
        }
        if (reason.empty())
            return std::string(test::modeName(mode)) + ": " + fault + "\n";
        ++m_reasons[reason][at];
        return fault.empty() ? "it passes (" + std::string(test::modeName(mode)) + "); take it off the list\n" : "";
    }

    std::string checkAll(const test::NodeCase& nodeCase, const std::string& name)
    {
        std::string faults;
        for (const Mode mode : test::modes)
            faults += check(nodeCase, name, mode);
        if (skipReason(m_skipped, name, Mode::reference).empty())
            test::addOperators(nodeCase.graph, m_operators);
        return faults;
    }

    /// A case that cannot even be read.
    std::string unreadable(const std::string& name, const std::string& fault)
    {
        const std::string reason = skipReason(m_skipped, name, Mode::reference);
        for (int& count : m_reasons[reason])
            ++count;
        return reason.empty() ? fault : "";
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!std::filesystem::exists(testData / "node"))
            QSKIP("the package libonnx-testdata is not installed");
    }

    void matches_data()
    {
        QTest::addColumn<QString>("folder");
        for (const auto& [name, folder] : m_folders)
            QTest::newRow(name.c_str()) << QString::fromStdString(folder.string());
    }

    void matches()
    {
        QFETCH(QString, folder);
        const std::string name = QTest::currentDataTag();
        const Path path = folder.toStdString();
        if (!std::filesystem::exists(path / "model.onnx")) {
            for (int& count : m_reasons[noModel])
                ++count;
            return;
        }
        std::string faults;
        try {
            test::NodeCase nodeCase = test::readNodeCase(path);
            if (const auto found = m_accuracy.find(name); found != m_accuracy.end())
                nodeCase.expectedError = found->second;
            faults = checkAll(nodeCase, name);
        } catch (const Error& error) {
            faults = unreadable(name, error.message());
        }
        QVERIFY2(faults.empty(), faults.c_str());
    }

    /// At least 97 % of what has a model and is within scope must pass in every mode. (Counts are those of the rows that
    /// ran, so it says nothing when only some were asked for.)
    void enoughPass()
    {
        int within = 0;
        for (const auto& [name, folder] : m_folders)
            within += std::filesystem::exists(folder / "model.onnx") &&
                      !skipReason(m_skipped, name, Mode::reference).starts_with(outside);
        const int ran = m_passed[0] + std::accumulate(m_reasons.begin(), m_reasons.end(), 0, [](int sum, const auto& entry) {
                            return sum + entry.second[0];
                        });
        if (ran < static_cast<int>(m_folders.size()))
            QSKIP("not all cases ran");
        for (const Mode mode : test::modes) {
            const auto at = static_cast<std::size_t>(mode);
            QVERIFY2(m_passed[at] * 100 >= within * 97, std::string(test::modeName(mode)).c_str());
        }
        QVERIFY(static_cast<int>(m_folders.size()) - within <= 73 + 9);
    }

    void ownCases_data()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const test::NodeCase& nodeCase : test::ownCases())
            QTest::newRow(nodeCase.name.c_str()) << index++;
    }

    void ownCases()
    {
        QFETCH(int, index);
        static const std::vector<test::NodeCase> cases = test::ownCases();
        const test::NodeCase& nodeCase = cases[static_cast<std::size_t>(index)];
        const std::string faults = checkAll(nodeCase, nodeCase.name);
        QVERIFY2(faults.empty(), faults.c_str());
    }

    /// Every operator that can run has a case that passes. Those outside of ai.onnx may have it in the tests of core or
    /// of the peer, which compute with graphs of their own.
    void everyOperatorHasACase()
    {
        std::string tests;
        for (const char* folder : {"tests/core", "tests/interop"})
            for (const auto& entry : std::filesystem::recursive_directory_iterator(test::sourceFile(folder)))
                if (entry.path().extension() == ".cpp" || entry.path().extension() == ".mjs")
                    tests += systemFs().readText(entry.path());
        const auto isNamed = [&](const std::string& id) {
            const std::size_t colons = id.find("::");
            if (colons == std::string::npos)
                return false;
            const std::string domain = id.substr(0, colons), name = id.substr(colons + 2);
            const std::array texts{domain + "::" + name + "(", domain + "." + name + "(", "'" + name + "'"};
            return std::any_of(texts.begin(), texts.end(),
                               [&](const std::string& text) { return tests.find(text) != std::string::npos; });
        };
        std::string missing;
        for (const Op& op : ops())
            if (op.run && !isRandom(op.id) && !m_operators.contains(op.id) && !isNamed(op.id))
                missing += " " + op.id;
        QVERIFY2(missing.empty(), ("no case for" + missing).c_str());
    }

    /// Every name of the list is that of a case.
    void listIsCurrent()
    {
        std::set<std::string> names;
        for (const auto& [name, folder] : m_folders)
            names.insert(name);
        for (const test::NodeCase& nodeCase : test::ownCases())
            names.insert(nodeCase.name);
        for (const Skip& skip : m_skipped)
            QVERIFY2(names.contains(skip.name), ("no case is called " + skip.name).c_str());
    }

    void cleanupTestCase()
    {
        const auto line = [](const std::string& label, const Counts& counts) {
            QString text;
            for (const int count : counts)
                text += QStringLiteral("%1").arg(count, 12);
            qInfo("%s  %s", qPrintable(text), label.c_str());
        };
        qInfo("   reference     kernels  simplified  round trip");
        line("passed", m_passed);
        for (const auto& [reason, counts] : m_reasons)
            line("skipped: " + (reason.empty() ? std::string("failed to be read") : reason), counts);
    }

private:
    static bool isRandom(const std::string& id)
    {
        return id.starts_with("Random") || id == "Bernoulli" || id == "Multinomial";
    }
};

QTEST_GUILESS_MAIN(TstOnnxNode)
#include "tst_onnx_node.moc"
