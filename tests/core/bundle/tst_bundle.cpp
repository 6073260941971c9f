// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/bundle.h"

#include <QTemporaryDir>

#include "core/bundle/jws.h"
#include "tests/core/bundle/bundle_fixture.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;

namespace {

constexpr std::string_view keptKey = "-----BEGIN PUBLIC KEY-----\n"
                                     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnjbnh/94wPgYSwdmaNYhagaQPw+5\n"
                                     "7VyWOlVQIGP4Y4+Rd/bWYBBJF/AphmkjxOl/IMV4cvH77JzZVJv6SQeATA==\n"
                                     "-----END PUBLIC KEY-----\n";
constexpr std::string_view keptIdentity = "230a8a217ab1dad1dc0667f373fcded58512efb997d5b5d266eab7af760564b6";

const SigningKey& key()
{
    static const SigningKey value = SigningKey::generate();
    return value;
}

const std::vector<PublicKey>& trusted()
{
    static const std::vector<PublicKey> value{key().publicKey()};
    return value;
}

VerifiedBundle verified(Bytes bytes)
{
    return verifyBundle(ownedBytes(std::move(bytes)), "b", trusted());
}

/// A container of these entries, signed over `manifest` by our key.
Bytes signedContainer(const std::string& manifest, std::vector<ContainerEntry> files)
{
    const SigningKey* keys[] = {&key()};
    const std::string jws =
        writeJws(asBytes(manifest), keys, {"application/ld+json", "tensorlathe-manifest+jws"});
    std::vector<ContainerEntry> entries{{"manifest.jsonld", asBytes(manifest)},
                                        {"manifest.jws", asBytes(jws)}};
    entries.insert(entries.end(), files.begin(), files.end());
    Bytes archive;
    writeContainer(entries, [&](std::span<const std::byte> piece) {
        archive.insert(archive.end(), piece.begin(), piece.end());
    });
    return archive;
}

/// A properly signed bundle whose maker did something wrong.
Bytes madeWrong(const std::function<void(Manifest&)>& change)
{
    const Bytes params = writeParams(test::sampleInput().params);
    Manifest manifest = test::completeManifest();
    manifest.files[1].size = static_cast<std::int64_t>(params.size());
    manifest.files[1].sha256 = sha256(params);
    change(manifest);
    return signedContainer(writeManifest(manifest), {{"payload/model.onnx", asBytes(test::sampleArtifact)},
                                                     {"payload/params.bin", params}});
}

}

class TestBundle : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    Path m_path;
    Bytes m_bytes;

private slots:
    void initTestCase()
    {
        m_path = Path(m_folder.path().toStdString()) / "a.lathebundle";
        createBundle(test::sampleInput(), key(), systemFs(), m_path);
        m_bytes = systemFs().read(m_path);
    }

    void readsBackWhatItWrote()
    {
        const VerifiedBundle bundle = verifyBundle(systemFs(), m_path, trusted());
        const BundleContents& contents = bundle.contents();
        QCOMPARE(contents.signers, (std::vector<std::string>{key().publicKey().kid()}));
        QCOMPARE(asText(contents.file("payload/model.onnx")), test::sampleArtifact);
        QVERIFY(contents.params == test::sampleInput().params);
        QVERIFY(contents.identity == sha256(writeManifest(contents.manifest)));
        QCOMPARE(contents.files.size(), std::size_t{2});
        LATHE_EXPECT_ERROR(bundleInvalid, contents.file("manifest.jsonld"));
        // Tensors were given the places of their scales.
        const auto& tensors = contents.manifest.artifact.layers[0].tensors;
        QVERIFY((tensors[0].quant == ManifestQuant{0, 0, {1, 2}, {1, 2}}));
        QVERIFY((tensors[1].quant == ManifestQuant{-1, 0, {0, 1}, {0, 1}}));
        const BundleContents shown = showBundle(systemFs(), m_path);
        QVERIFY(shown.manifest == contents.manifest);
        QCOMPARE(shown.signers, contents.signers);
    }

    void theSameInputGivesTheSameBytesButForTheSignature()
    {
        const Path other = m_path.string() + ".2";
        const Digest identity = createBundle(test::sampleInput(), key(), systemFs(), other);
        const Bytes bytes = systemFs().read(other);
        QVERIFY(identity == verified(m_bytes).contents().identity);
        QCOMPARE(bytes.size(), m_bytes.size());
        const auto a = readContainer(m_bytes, "a"), b = readContainer(bytes, "b");
        for (std::size_t i = 0; i < a.size(); ++i)
            if (i != 1)
                QVERIFY(asText(a[i].data) == asText(b[i].data));
    }

    /// Bundles of every release must verify forever: this one is kept, its private key is not.
    void theKeptBundleStillVerifies()
    {
        const std::vector<PublicKey> maker{PublicKey::fromPem(keptKey, "kept")};
        const VerifiedBundle bundle =
            verifyBundle(systemFs(), test::sourceFile("tests/fuzz/corpus/bundle/small.lathebundle"), maker);
        QCOMPARE(bundle.contents().identity.hex(), std::string(keptIdentity));
        QVERIFY(bundle.contents().params == test::sampleInput().params);
        QCOMPARE(asText(bundle.contents().file("payload/model.onnx")), test::sampleArtifact);
    }

    void everyChangedByteIsRefused()
    {
        for (std::size_t at = 0; at < m_bytes.size(); ++at)
            for (const unsigned change : {0x01u, 0x20u, 0x80u}) {
                Bytes changed = m_bytes;
                changed[at] ^= static_cast<std::byte>(change);
                const auto error = test::errorOf([&] { return verified(std::move(changed)); });
                QVERIFY2(error, std::to_string(at).c_str());
                QVERIFY2(error->code() == ErrorCode::bundleInvalid ||
                             error->code() == ErrorCode::signatureInvalid,
                         error->what());
                QVERIFY2(!error->message().empty() && error->message().find("{reason}") == std::string::npos,
                         error->what());
            }
    }

    void everyHeaderBitIsChecked()
    {
        std::size_t at = 0;
        for (const ContainerEntry& entry : readContainer(m_bytes, "b")) {
            for (std::size_t bit = at * 8; bit < (at + 512) * 8; ++bit) {
                Bytes changed = m_bytes;
                changed[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
                LATHE_EXPECT_ERROR(bundleInvalid, verified(std::move(changed)));
            }
            at += 512 + (entry.data.size() + 511) / 512 * 512;
        }
    }

    void everyTruncationAndExtensionIsRefused()
    {
        for (std::size_t size = 0; size < m_bytes.size(); ++size)
            LATHE_EXPECT_ERROR(
                bundleInvalid,
                verified(Bytes(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(size))));
        for (std::size_t more = 1; more <= 512; ++more) {
            Bytes longer = m_bytes;
            longer.resize(m_bytes.size() + more);
            LATHE_EXPECT_ERROR(bundleInvalid, verified(std::move(longer)));
        }
    }

    void otherKeysAreRefused()
    {
        const std::vector<PublicKey> others{SigningKey::generate().publicKey()};
        LATHE_EXPECT_ERROR(signatureInvalid, verifyBundle(systemFs(), m_path, others));
        LATHE_EXPECT_ERROR(signatureInvalid, verifyBundle(systemFs(), m_path, {}));
        LATHE_EXPECT_ERROR(signatureInvalid, verifyBundle(systemFs(), m_path, trusted(), 2));
        QVERIFY(!showBundle(systemFs(), m_path).signers.empty());
    }

    void theReasonIsNamed_data()
    {
        QTest::addColumn<QString>("part");
        QTest::addColumn<QString>("reason");
        QTest::newRow("manifest") << "face-detector"
                                  << "the content or the signature was changed";
        QTest::newRow("artifact") << "not really a model"
                                  << "the file \"payload/model.onnx\" was changed";
        QTest::newRow("params") << "TLPARAM1"
                                << "the file \"payload/params.bin\" was changed";
        QTest::newRow("header") << "ustar"
                                << "the header of \"manifest.jsonld\" is not in canonical form";
    }
    void theReasonIsNamed()
    {
        QFETCH(QString, part);
        QFETCH(QString, reason);
        std::string text(asText(m_bytes));
        text[text.find(part.toStdString()) + 1] ^= 0x02;
        const auto error =
            test::errorOf([&] { return verified(Bytes(asBytes(text).begin(), asBytes(text).end())); });
        QVERIFY(error);
        QVERIFY2(QString(error->what()).contains(reason), error->what());
    }

    void swappedPayloadsAreRefused()
    {
        BundleInput other = test::sampleInput();
        const std::string artifact(test::sampleArtifact.size(), 'x');
        other.artifact = asBytes(artifact);
        other.manifest.artifact.layers.clear();
        const Path path = m_path.string() + ".other";
        createBundle(other, key(), systemFs(), path);
        const Bytes otherBytes = systemFs().read(path);
        // Each part of one, with the rest of the other, both signed by the same key.
        const auto ours = readContainer(m_bytes, "a"), theirs = readContainer(otherBytes, "b");
        int swapped = 0;
        for (unsigned choice = 1; choice < 15; ++choice) {
            std::vector<ContainerEntry> mixed;
            for (std::size_t i = 0; i < 4; ++i)
                mixed.push_back(choice >> i & 1u ? ours[i] : theirs[i]);
            Bytes archive;
            writeContainer(mixed, [&](std::span<const std::byte> piece) {
                archive.insert(archive.end(), piece.begin(), piece.end());
            });
            // The params of both are the same.
            if (archive == m_bytes || archive == otherBytes)
                continue;
            ++swapped;
            QVERIFY(test::errorOf([&] { return verified(std::move(archive)); }));
        }
        QCOMPARE(swapped, 12);
    }

    void makersMistakesAreRefused()
    {
        QVERIFY(!verified(madeWrong([](Manifest&) {})).contents().files.empty());
        LATHE_EXPECT_ERROR(bundleInvalid, verified(madeWrong([](Manifest& m) { m.files[0].size += 1; })));
        LATHE_EXPECT_ERROR(bundleInvalid, verified(madeWrong([](Manifest& m) { m.files.pop_back(); })));
        LATHE_EXPECT_ERROR(bundleInvalid,
                           verified(madeWrong([](Manifest& m) { std::swap(m.files[0], m.files[1]); })));
        LATHE_EXPECT_ERROR(bundleInvalid,
                           verified(madeWrong([](Manifest& m) { m.files[1].path = "payload/other.bin"; })));
        LATHE_EXPECT_ERROR(bundleInvalid,
                           verified(madeWrong([](Manifest& m) { m.files[0].sha256 = Digest(); })));
        LATHE_EXPECT_ERROR(bundleInvalid,
                           verified(madeWrong([](Manifest& m) { m.quantization.paramsLayout = "other"; })));
        LATHE_EXPECT_ERROR(bundleInvalid, verified(madeWrong([](Manifest& m) {
                               m.artifact.layers[0].tensors[0].quant->scale = {2, 2};
                           })));
        LATHE_EXPECT_ERROR(
            bundleInvalid, verified(madeWrong([](Manifest& m) {
                m.artifact.layers[0].tensors[0].quant->zeroPoint = {INT64_C(1) << 53, INT64_C(1) << 53};
            })));
        LATHE_EXPECT_ERROR(bundleInvalid, verified(madeWrong([](Manifest& m) {
                               m.artifact.layers[0].tensors[0].range->offset = 5;
                           })));
        LATHE_EXPECT_ERROR(bundleInvalid, verified(signedContainer("{}", {})));
        LATHE_EXPECT_ERROR(bundleInvalid,
                           verified(signedContainer(writeManifest(test::completeManifest()), {})));
    }

    void badInputIsRefusedBeforeWriting()
    {
        const Path path = m_path.string() + ".bad";
        const auto refused = [&](const std::function<void(BundleInput&)>& change) {
            BundleInput input = test::sampleInput();
            change(input);
            const auto error = test::errorOf([&] { return createBundle(input, key(), systemFs(), path); });
            return error && !std::filesystem::exists(path);
        };
        QVERIFY(refused([](BundleInput& input) { input.manifest.product = "a b"; }));
        QVERIFY(refused([](BundleInput& input) { input.manifest.created.clear(); }));
        QVERIFY(refused([](BundleInput& input) { input.manifest.extensions["mine"] = 1; }));
        QVERIFY(refused([](BundleInput& input) { input.manifest.extensions["x-mine"] = 1.5; }));
        QVERIFY(refused([](BundleInput& input) { input.artifactName = "Model.onnx"; }));
        QVERIFY(refused([](BundleInput& input) { input.artifactName = "params.bin"; }));
        QVERIFY(refused([](BundleInput& input) { input.params.push_back(input.params[0]); }));
        QVERIFY(
            refused([](BundleInput& input) { input.manifest.provenance.metrics[0].delta = std::nan(""); }));
        QVERIFY(refused([](BundleInput& input) { input.artifact = input.artifact.first(2); }));
    }

    void aFullDiskLeavesNothing()
    {
        const Path folder = Path(m_folder.path().toStdString()) / "full";
        std::filesystem::create_directory(folder);
        for (int failing = 1; failing < 20; ++failing) {
            int step = 0;
            const auto fs =
                faultyFs(systemFs(), [&](std::string_view, const Path&) { return ++step == failing; });
            const auto error =
                test::errorOf([&] { return createBundle(test::sampleInput(), key(), *fs, folder / "b"); });
            if (!error) {
                QVERIFY(failing > 10);
                QVERIFY(!verifyBundle(systemFs(), folder / "b", trusted()).contents().files.empty());
                return;
            }
            QVERIFY(error->code() == ErrorCode::diskFull);
            QVERIFY(std::filesystem::is_empty(folder));
        }
        QFAIL("no run went through");
    }

    void verifyingStops()
    {
        std::stop_source source;
        source.request_stop();
        LATHE_EXPECT_ERROR(stopped,
                           verifyBundle(systemFs(), m_path, trusted(), 1, Control(source.get_token())));
    }
};

QTEST_APPLESS_MAIN(TestBundle)
#include "tst_bundle.moc"
