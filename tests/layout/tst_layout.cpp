// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layout/rules.h"
#include "tests/support/shared_files.h"

#include <QTest>

using namespace lathe::layout;

/// The source tree against the rules of rules.h.
class TstLayout : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void includesFollowTheOrder();
    void headersAvoidQtWords();
    void everyFileCarriesTheLicence();
    void filesHaveOneJob();
    void tablesAreComplete();
    void everyTestRuns();
    void buildFollowsTheSameOrder();
    void textsCanBeTranslated();

private:
    void report(const std::vector<std::string>& faults);
    template <typename Rule>
    std::vector<std::string> collect(const std::vector<Source>& sources, Rule rule);

    std::vector<Source> m_sources;
    std::vector<Source> m_scripts;
};

void TstLayout::report(const std::vector<std::string>& faults)
{
    std::string all;
    for (const std::string& fault : faults)
        all += "\n  " + fault;
    QVERIFY2(faults.empty(), all.c_str());
}

template <typename Rule>
std::vector<std::string> TstLayout::collect(const std::vector<Source>& sources, Rule rule)
{
    std::vector<std::string> all;
    for (const Source& source : sources)
        for (std::string& fault : rule(source))
            all.push_back(std::move(fault));
    return all;
}

void TstLayout::initTestCase()
{
    m_sources = readSources(lathe::test::sourceFile(""));
    m_scripts = readScripts(lathe::test::sourceFile(""));
    QVERIFY(m_sources.size() > 10);
    QVERIFY(m_scripts.size() > 10);
}

void TstLayout::includesFollowTheOrder()
{
    report(collect(m_sources, includeFaults));
}

void TstLayout::headersAvoidQtWords()
{
    report(collect(m_sources, qtWordFaults));
}

void TstLayout::everyFileCarriesTheLicence()
{
    report(collect(m_sources, licenceFaults));
    report(collect(m_scripts, licenceFaults));
}

void TstLayout::filesHaveOneJob()
{
    report(collect(m_sources, shapeFaults));
}

void TstLayout::tablesAreComplete()
{
    report(tableFaults(m_sources));
}

void TstLayout::everyTestRuns()
{
    report(unlistedTestFaults(m_sources, m_scripts));
}

void TstLayout::textsCanBeTranslated()
{
    report(collect(m_sources, untranslatedFaults));
}

void TstLayout::buildFollowsTheSameOrder()
{
    std::vector<std::string> built;
    for (const Source& script : m_scripts) {
        if (script.path != "core/CMakeLists.txt")
            continue;
        for (const std::string& line : script.lines)
            if (constexpr std::string_view call = "add_subdirectory("; line.starts_with(call))
                built.push_back(line.substr(call.size(), line.find(')') - call.size()));
    }
    QCOMPARE(built, coreOrder());
}

QTEST_GUILESS_MAIN(TstLayout)
#include "tst_layout.moc"
