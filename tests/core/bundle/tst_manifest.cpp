// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/manifest.h"

#include <QDateTime>
#include <set>

#include "tests/core/bundle/bundle_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

Json sample()
{
    return parseJson(writeManifest(test::completeManifest()), "x");
}

Manifest readBack(const Json& json)
{
    return readManifest(dumpJson(json), "x");
}

/// Every path to a member or element of `json`.
void collectPaths(const Json& json, Json::json_pointer at, std::vector<Json::json_pointer>& paths)
{
    if (json.is_object())
        for (const auto& item : json.items()) {
            paths.push_back(at / item.key());
            collectPaths(item.value(), paths.back(), paths);
        }
    if (json.is_array())
        for (std::size_t i = 0; i < json.size(); ++i) {
            paths.push_back(at / i);
            collectPaths(json[i], paths.back(), paths);
        }
}

}

class TestManifest : public QObject
{
    Q_OBJECT
private slots:
    void readsBackWhatItWrote()
    {
        const Manifest full = test::completeManifest();
        QVERIFY(readManifest(writeManifest(full), "x") == full);
        Manifest small = full;
        small.expires.clear();
        small.notes.clear();
        small.license.clear();
        small.extensions.clear();
        small.supersedes.clear();
        small.target.minRuntime.clear();
        small.artifact.opset.reset();
        small.artifact.layers.clear();
        small.provenance.calibration.reset();
        small.provenance.validation.reset();
        small.provenance.metrics.clear();
        small.provenance.source.externalData.clear();
        QVERIFY(readManifest(writeManifest(small), "x") == small);
        QVERIFY(!QString::fromStdString(writeManifest(small)).contains("null"));
    }

    void theSpellingIsFixed()
    {
        const std::string text = writeManifest(test::completeManifest());
        QCOMPARE(dumpJson(parseJson(text, "x", {.allowReals = false})), text);
        const QString shown = QString::fromStdString(text);
        QVERIFY(shown.startsWith(
            "{\"@context\":{\"@vocab\":\"https://tensorlathe.org/ns/bundle/v1#\"},\"@type\":"));
        QVERIFY(shown.contains("\"float\":\"0x3f3837b5\",\"name\":\"top1\""));
        QVERIFY(shown.contains("\"delta\":\"-0.002\""));
    }

    void everyMemberIsTyped()
    {
        std::vector<Json::json_pointer> paths;
        collectPaths(sample(), Json::json_pointer(), paths);
        QVERIFY(paths.size() > 80);
        const Json others[] = {nullptr,
                               true,
                               -1,
                               "",
                               "\x01",
                               Json::array(),
                               Json::object(),
                               Json::array({Json::object()}),
                               9007199254740993};
        int refused = 0;
        for (const auto& path : paths) {
            if (path.to_string().starts_with("/x-mine"))
                continue;
            for (const Json& other : others) {
                Json changed = sample();
                if (changed[path].type() == other.type())
                    continue;
                changed[path] = other;
                const auto error = test::errorOf([&] { return readBack(changed); });
                QVERIFY2(error && error->code() == ErrorCode::bundleInvalid,
                         (path.to_string() + " " + other.dump()).c_str());
                ++refused;
            }
        }
        QVERIFY(refused > 500);
    }

    void membersAreRequiredOrKnown()
    {
        const std::set<std::string> optional{"expires",       "supersedes", "notes",     "license",
                                             "x-mine",        "minRuntime", "arch",      "opset",
                                             "formatVersion", "w",          "a",         "quant",
                                             "commit",        "build",      "irVersion", "externalData",
                                             "calibration",   "validation", "threshold", "order",
                                             "preprocess",    "method"};
        std::vector<Json::json_pointer> paths;
        collectPaths(sample(), Json::json_pointer(), paths);
        for (const auto& path : paths) {
            if (path.to_string().starts_with("/x-mine/") || sample()[path.parent_pointer()].is_array())
                continue;
            Json without = sample();
            without[path.parent_pointer()].erase(path.back());
            const auto error = test::errorOf([&] { return readBack(without); });
            QVERIFY2(error.has_value() != optional.contains(path.back()), path.to_string().c_str());
            Json with = sample();
            if (!with[path].is_object() || path.back() == "x-mine")
                continue;
            with[path]["unknown"] = 1;
            LATHE_EXPECT_ERROR(bundleInvalid, readBack(with));
        }
        Json with = sample();
        with["unknown"] = 1;
        LATHE_EXPECT_ERROR(bundleInvalid, readBack(with));
        with.erase("unknown");
        with["x-unknown"] = 1;
        QCOMPARE(readBack(with).extensions.size(), std::size_t{2});
        with["x-unknown"] = 1.5;
        LATHE_EXPECT_ERROR(bundleInvalid, readBack(with));
    }

    void valuesAreChecked_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* path, const char* value) {
            QTest::addRow("%s %s", path, value) << path << value;
        };
        row("/@context/@vocab", "'https://tensorlathe.org/ns/bundle/v2#'");
        row("/@type", "'Other'");
        row("/schemaVersion", "2");
        for (const char* value : {"'a b'", "'../a'", "'-a'", "'a/b'", "'<a>'"}) {
            row("/product", value);
            row("/version", value);
            row("/channel", value);
        }
        row("/minReleaseCounter", "18");
        for (const char* value :
             {"'2026-11-20'", "'2026-11-20T12:00:00'", "'2026-11-20T12:00:00+01:00'",
              "'2026-11-20 12:00:00Z'", "'2026-11-20T12:00:00.5Z'", "'2026-13-20T12:00:00Z'",
              "'2026-02-30T12:00:00Z'", "'2026-11-20T24:00:00Z'", "'2026-11-20T12:60:00Z'",
              "'2026-11-20T12:00:60Z'", "'20 6-11-20T12:00:00Z'"}) {
            row("/created", value);
            row("/expires", value);
        }
        row("/files/0/path", "'../model.onnx'");
        row("/files/0/path", "'payload/params.bin'");
        row("/files/0/role", "'params'");
        row("/files/0/role", "'program'");
        row("/files/0/sha256", "'00'");
        row("/files/0/sha256", "'AF1349B9F5F9A1A6A0404DEA36DCC9499BCB25C9ADC112B7CC9A93CAE41F3262'");
        row("/files/0/size", "7");
        row("/artifact/file", "'payload/other.onnx'");
        row("/artifact/file", "'payload/params.bin'");
        row("/quantization/params/file", "'payload/model.onnx'");
        row("/artifact/layers/1/id", "'conv1'");
        row("/artifact/layers/0/bits/w", "0");
        row("/artifact/layers/0/bits/a", "65");
        row("/artifact/layers/0/tensors/0/offset", "70");
        row("/artifact/layers/0/tensors/0/length", "9007199254740992");
        row("/artifact/layers/0/tensors/0/shape", "[2,-1]");
        row("/artifact/layers/0/tensors/0/quant/axis", "-2");
        row("/artifact/layers/0/tensors/0/quant/scaleRef", "[0]");
        row("/artifact/layers/0/tensors/0/quant/scaleRef", "[0,-1]");
        row("/artifact/layers/0/tensors/0/quant/zpRef", "[0,1,2]");
        for (const char* value :
             {"'0x3f3851e'", "'3f3851ec'", "'0x3f3851eg'", "'0x3f3851ec0'", "'0x-f3851ec'"})
            row("/provenance/metrics/0/float", value);
        for (const char* value : {"'x'", "'1,5'", "'nan'", "''"})
            row("/provenance/metrics/0/delta", value);
        row("/supersedes/0", "'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'");
        row("/provenance/calibration/datasetDigest", "'md5:af1349b9f5f9a1a6a0404dea36dcc949'");
    }
    void valuesAreChecked()
    {
        QFETCH(QString, path);
        QFETCH(QString, value);
        Json changed = sample();
        changed.at(Json::json_pointer(path.toStdString())) =
            Json::parse(value.replace('\'', '"').toStdString());
        LATHE_EXPECT_ERROR(bundleInvalid, readBack(changed));
    }

    void tensorsMustNotOverlap()
    {
        Manifest manifest = test::completeManifest();
        auto& tensors = manifest.artifact.layers[0].tensors;
        tensors[1].range = ManifestRange{8, 64, Digest()};
        QVERIFY(readManifest(writeManifest(manifest), "x") == manifest);
        tensors[1].range = ManifestRange{7, 1, Digest()};
        LATHE_EXPECT_ERROR(bundleInvalid, readManifest(writeManifest(manifest), "x"));
    }

    void onlyStrictJsonIsRead()
    {
        const std::string good = writeManifest(test::completeManifest());
        LATHE_EXPECT_ERROR(bundleInvalid, readManifest("\xEF\xBB\xBF" + good, "x"));
        LATHE_EXPECT_ERROR(bundleInvalid, readManifest(good + "{}", "x"));
        LATHE_EXPECT_ERROR(bundleInvalid, readManifest("{\"product\":\"twice\"," + good.substr(1), "x"));
        LATHE_EXPECT_ERROR(bundleInvalid, readManifest(std::string((8u << 20) + 1, ' '), "x"));
        LATHE_EXPECT_ERROR(bundleInvalid, readManifest("[]", "x"));
    }

    void timesAreWrittenInUtc_data()
    {
        QTest::addColumn<qlonglong>("seconds");
        for (const qlonglong seconds :
             {0LL, 1LL, 951782399LL, 951782400LL, 1795176000LL, 4102444799LL, 253402300799LL})
            QTest::addRow("%lld", seconds) << seconds;
    }
    void timesAreWrittenInUtc()
    {
        QFETCH(qlonglong, seconds);
        QCOMPARE(QString::fromStdString(utcText(seconds)),
                 QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).toString("yyyy-MM-ddTHH:mm:ssZ"));
        LATHE_EXPECT_ERROR(invalidArgument, utcText(-1));
        LATHE_EXPECT_ERROR(invalidArgument, utcText(253402300800));
    }
};

QTEST_APPLESS_MAIN(TestManifest)
#include "tst_manifest.moc"
