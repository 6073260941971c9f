// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include "core/base/error.h"
#include "core/calibration/statistics_io.h"
#include "core/project/database.h"
#include "core/project/run_json.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace lathe;

/// What a project keeps, and what it refuses to open.
class TstProject : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatWasSet();
    void replacesWhatWasSetBefore();
    void keepsRunsWithTheirSamples();
    void refusesForeignFiles_data();
    void refusesForeignFiles();
    void refusesChangedTables();
    void refusesDamagedCodes();
    void keepsMeasuredFigures();
    void opensAfterAWriterWasKilled();
    void earlierVersionsOpenAndGrow_data();
    void earlierVersionsOpenAndGrow();
    void neverReplacesWithoutLeave();

private:
    Path file(const char* name) const { return Path(m_dir.path().toStdString()) / name; }
    QByteArray openError(const Path& path) const;

    QTemporaryDir m_dir;
};

namespace {

Statistics someStatistics()
{
    Statistics statistics;
    statistics.graph = sha256("graph");
    statistics.data = sha256("data");
    statistics.sampleIds = {"a.png", "b.png"};
    TensorStatistics tensor;
    tensor.value = "conv1";
    tensor.shape = Shape{1, 2, 2};
    const std::vector<float> values = {-1.5F, 0.0F, 2.25F, 7.0F};
    tensor.histogram.add(values);
    tensor.moments.count = 4;
    tensor.moments.minimum = -1.5F;
    tensor.moments.maximum = 7.0F;
    tensor.samples = {{-1.5F, 2.25F}, {0.0F, 7.0F}};
    tensor.minimumSample = 0;
    tensor.maximumSample = 1;
    statistics.tensors["conv1"] = tensor;
    return statistics;
}

Codes someCodes()
{
    Codes codes;
    codes.weights["w"] = Tensor::of<std::int8_t>(Shape{2, 2}, {-128, 0, 5, 127});
    codes.biases["b"] = Tensor::of<std::int32_t>(Shape{2}, {-70000, 70000});
    return codes;
}

AssignmentRun someSearch()
{
    AssignmentRun run;
    run.base.target = "tensorrt";
    run.limits.maxSizeBytes = 30000;
    run.limits.maxDrop = 0.01;
    for (const double decibels : {12.5, 40.0, double(INFINITY)}) {
        AssignmentPoint point;
        point.origin = "assigned";
        point.sizeBytes = static_cast<std::int64_t>(1000 * run.measured.size() + 20000);
        point.costs = {0.25, 0.5, 4};
        point.sqnrDb = decibels;
        point.plan.layers["conv1"].weights = QuantSpec::parse("int4:channel:symmetric");
        point.plan.layers["conv1"].weights->format.bits = 2 + static_cast<int>(run.measured.size());
        run.measured.push_back(point);
    }
    run.setBest(run.measured[1].plan);
    return run;
}

EvaluationRun someRun()
{
    EvaluationRun run;
    run.precision = "simulated";
    run.data = sha256("data");
    run.plan = sha256("plan");
    run.finishedUtc = "2026-11-20T12:00:00Z";
    run.metrics.push_back({"top1", 0.75, 0.5, 0.25, -0.125, 0.5});
    LayerFigures layer;
    layer.id = "conv1";
    layer.local.signalSquares = 3.5;
    layer.local.maxAbs = INFINITY;
    layer.clipped = 3;
    layer.elements = 100;
    layer.channels.resize(2);
    run.layers.push_back(layer);
    run.samples.push_back({"a.png", 3, 3, 4, {{"top1", {1.0, 0.0}}}});
    run.samples.push_back({"b.png", -1, 2, 2, {}});
    return run;
}

}

QByteArray TstProject::openError(const Path& path) const
{
    try {
        Project::open(path);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

void TstProject::keepsWhatWasSet()
{
    const Path path = file("all.lathe");
    QuantPlan plan;
    plan.layers["conv1"].weights = QuantSpec::parse("int4:channel:symmetric");
    {
        const auto project = Project::create(path);
        project->setModel({file("sub/model.onnx"), sha256("model")});
        project->setStatistics(someStatistics());
        project->setPlan(plan);
        project->setCodes(someCodes());
    }
    const auto project = Project::open(path, true);
    QVERIFY(project->model()->path == file("sub/model.onnx"));
    QVERIFY(project->model()->digest == sha256("model"));
    QVERIFY(!project->dataset());
    QVERIFY(writeStatistics(*project->statistics()) == writeStatistics(someStatistics()));
    QVERIFY(*project->plan() == plan);
    QVERIFY(project->codes()->digest() == someCodes().digest());
    QVERIFY(project->runs().empty());
}

void TstProject::replacesWhatWasSetBefore()
{
    const auto project = Project::create(file("twice.lathe"));
    project->setCodes(someCodes());
    Codes other;
    other.weights["v"] = Tensor::of<std::int8_t>(Shape{1}, {1});
    project->setCodes(other);
    QVERIFY(project->codes()->digest() == other.digest());
}

void TstProject::keepsRunsWithTheirSamples()
{
    const Path path = file("runs.lathe");
    {
        const auto project = Project::create(path);
        project->addRun(someRun());
        EvaluationRun second = someRun();
        second.precision = "literal";
        project->addRun(second);
    }
    const std::vector<EvaluationRun> runs = Project::open(path)->runs();
    QCOMPARE(runs.size(), std::size_t{2});
    QCOMPARE(runs[1].precision, std::string("literal"));
    QVERIFY(runToJson(runs[0]) == runToJson(someRun()));
    QCOMPARE(runs[0].samples.size(), std::size_t{2});
    QCOMPARE(runs[0].samples[0].id, std::string("a.png"));
    QVERIFY(runs[0].samples[0].scores.at("top1") == std::make_pair(1.0, 0.0));
    QCOMPARE(runs[0].samples[1].label, std::int64_t{-1});
}

void TstProject::refusesForeignFiles_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("half a header") << QByteArray("SQLite format 3\0", 16);
    QTest::newRow("noise") << QByteArray("SQLite format 3\0", 16) + QByteArray(5000, '\x5a');
}

void TstProject::refusesForeignFiles()
{
    QFETCH(QByteArray, content);
    const Path path = file("foreign.lathe");
    systemFs().writeWhole(path, std::string_view(content.constData(), static_cast<std::size_t>(content.size())));
    const QByteArray error = openError(path);
    QVERIFY2(error.contains("foreign.lathe") && error.contains("not valid"), error);
}

void TstProject::refusesChangedTables()
{
    const Path path = file("trigger.lathe");
    Project::create(path);
    {
        Database database(path, Database::Mode::readWrite);
        database.execute("CREATE VIEW sneaky AS SELECT * FROM plan");
    }
    QVERIFY2(openError(path).contains("tables"), openError(path));

    const Path newer = file("newer.lathe");
    Project::create(newer);
    {
        Database database(newer, Database::Mode::readWrite);
        database.execute("PRAGMA user_version = 99");
    }
    QVERIFY2(openError(newer).contains("newer version (99)"), openError(newer));
}

void TstProject::refusesDamagedCodes()
{
    const Path path = file("damaged.lathe");
    Project::create(path)->setCodes(someCodes());
    {
        Database database(path, Database::Mode::readWrite);
        database.execute("UPDATE code SET data = zeroblob(4) WHERE value = 'w'");
    }
    const auto project = Project::open(path);
    QVERIFY_EXCEPTION_THROWN(project->codes(), Error);
}

/// Figures and the newest search stay until there are other statistics.
void TstProject::keepsMeasuredFigures()
{
    const Path path = file("figures.lathe");
    {
        const auto project = Project::create(path);
        project->figures().keep({{sha256("a"), 0, {1.5, -0.0}}, {sha256("a"), 7, {INFINITY}}, {sha256("b"), 0, {2}}});
        project->figures().keep({{sha256("b"), 0, {3}}});
        project->setAssignment(someSearch());
    }
    const auto project = Project::open(path);
    const FigureStore::BySample found = project->figures().find(sha256("a"));
    QCOMPARE(found.size(), std::size_t{2});
    QVERIFY(found.at(0) == std::vector({1.5, -0.0}) && found.at(7) == std::vector<double>{INFINITY});
    QVERIFY(project->figures().find(sha256("b")).at(0) == std::vector{3.0});
    QVERIFY(project->figures().find(sha256("c")).empty());
    QCOMPARE(project->allFigures().size(), std::size_t{3});
    QVERIFY(assignmentRunToJson(*project->assignment()) == assignmentRunToJson(someSearch()));
    project->setStatistics(someStatistics());
    QVERIFY(project->allFigures().empty() && !project->assignment());
}

/// What a killed writer leaves in the middle of a transaction: pages written over, and the journal that brings them back.
void TstProject::opensAfterAWriterWasKilled()
{
    const Path path = file("writing.lathe"), killed = file("killed.lathe");
    Project::create(path)->setPlan(QuantPlan());
    {
        Database database(path, Database::Mode::readWrite);
        database.execute("PRAGMA cache_size = 10");
        database.execute("BEGIN IMMEDIATE");
        database.execute("DELETE FROM plan");
        for (int i = 0; i < 100; ++i)
            database.execute("INSERT INTO statistics(data, digest) VALUES(zeroblob(20000), '')");
        std::filesystem::copy_file(path, killed);
        std::filesystem::copy_file(path.string() + "-journal", killed.string() + "-journal");
        database.execute("ROLLBACK");
    }
    QVERIFY(std::filesystem::file_size(killed) > 500'000);
    const auto project = Project::open(killed, true);
    QVERIFY(*project->plan() == QuantPlan());
    QVERIFY(!project->statistics());
}

void TstProject::earlierVersionsOpenAndGrow_data()
{
    QTest::addColumn<int>("version");
    QTest::addColumn<QStringList>("missing");
    QTest::newRow("1") << 1 << QStringList{"adjustment", "adjusted_tensor", "figure", "assignment"};
    QTest::newRow("2") << 2 << QStringList{"figure", "assignment"};
}

/// A file that an earlier version of the program made stays as it is while it is only read, and gets the new tables
/// with the first figure.
void TstProject::earlierVersionsOpenAndGrow()
{
    QFETCH(const int, version);
    QFETCH(const QStringList, missing);
    const Path path = file(("version" + std::to_string(version) + ".lathe").c_str());
    Project::create(path)->setStatistics(someStatistics());
    const auto stored = [&] { return Database(path, Database::Mode::readOnly).pragma("user_version"); };
    {
        Database database(path, Database::Mode::readWrite);
        for (const QString& table : missing)
            database.execute(("DROP TABLE " + table.toStdString()).c_str());
        database.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
    }
    {
        const auto project = Project::open(path);
        QVERIFY(project->figures().find(sha256("a")).empty() && project->allFigures().empty());
        QVERIFY(!project->assignment() && !project->adjusted());
        project->setStatistics(someStatistics());
        QCOMPARE(stored(), version);
        project->figures().keep({{sha256("a"), 0, {1}}});
    }
    QCOMPARE(stored(), 3);
    const auto project = Project::open(path);
    QVERIFY(project->figures().find(sha256("a")).at(0) == std::vector{1.0});
    QVERIFY(writeStatistics(*project->statistics()) == writeStatistics(someStatistics()));
    project->setAssignment(someSearch());
    project->setAdjusted(Project::Adjusted{Json::object(), {}});
    QVERIFY(project->assignment() && project->adjusted());
}

void TstProject::neverReplacesWithoutLeave()
{
    const Path path = file("mine.lathe");
    systemFs().writeWhole(path, "precious");
    QVERIFY_EXCEPTION_THROWN(Project::create(path), Error);
    QCOMPARE(systemFs().readText(path), std::string("precious"));
    QVERIFY_EXCEPTION_THROWN(Project::create("/proc/none/x.lathe"), Error);
}

QTEST_GUILESS_MAIN(TstProject)
#include "tst_project.moc"
