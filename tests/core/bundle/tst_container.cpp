// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/container.h"

#include <archive.h>
#include <archive_entry.h>

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

Bytes packed(const std::vector<ContainerEntry>& entries)
{
    Bytes archive;
    writeContainer(entries, [&](std::span<const std::byte> piece) {
        archive.insert(archive.end(), piece.begin(), piece.end());
    });
    return archive;
}

ContainerEntry entry(std::string name, std::string_view text)
{
    return {std::move(name), asBytes(text)};
}

Bytes sample()
{
    static const std::string big(1000, 'x'), block(512, 'y');
    return packed({entry("manifest.jsonld", "{}"), entry("manifest.jws", ""),
                   entry("payload/model.onnx", big), entry("payload/a/b/c.bin", block)});
}

/// What another program writes for the entry "a" in another format.
Bytes otherFormat(int format)
{
    Bytes buffer(1 << 20);
    std::size_t used = 0;
    archive* writer = archive_write_new();
    archive_write_set_format(writer, format);
    archive_write_set_bytes_per_block(writer, 512);
    archive_write_open_memory(writer, buffer.data(), buffer.size(), &used);
    archive_entry* item = archive_entry_new();
    archive_entry_set_pathname(item, "a");
    archive_entry_set_filetype(item, AE_IFREG);
    archive_entry_set_perm(item, 0644);
    archive_entry_set_mtime(item, 1, 5);
    archive_entry_set_size(item, 3);
    archive_write_header(writer, item);
    archive_write_data(writer, "abc", 3);
    archive_entry_free(item);
    archive_write_close(writer);
    archive_write_free(writer);
    buffer.resize(used);
    return buffer;
}

/// A container of "a" whose header holds `text` at `at` instead, with a right checksum.
Bytes withHeader(std::size_t at, std::string_view text)
{
    Bytes archive = packed({entry("a", "abc")});
    std::copy(asBytes(text).begin(), asBytes(text).end(), archive.begin() + static_cast<std::ptrdiff_t>(at));
    std::fill_n(archive.begin() + 148, 8, std::byte{' '});
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
        sum += std::to_integer<unsigned>(archive[i]);
    const std::string digits = QString("%1").arg(sum, 6, 8, QChar('0')).toStdString() + std::string("\0 ", 2);
    std::copy(asBytes(digits).begin(), asBytes(digits).end(), archive.begin() + 148);
    return archive;
}

}

class TestContainer : public QObject
{
    Q_OBJECT
private slots:
    void readsBackWhatItWrote()
    {
        const Bytes archive = sample();
        QCOMPARE(archive.size(), std::size_t{512 * (1 + 1 + 1 + 1 + 2 + 1 + 1 + 2)});
        const auto entries = readContainer(archive, "x");
        QCOMPARE(entries.size(), std::size_t{4});
        QCOMPARE(entries[0].name, std::string("manifest.jsonld"));
        QCOMPARE(asText(entries[0].data), std::string_view("{}"));
        QVERIFY(entries[1].data.empty());
        QCOMPARE(entries[2].data.size(), std::size_t{1000});
        QCOMPARE(entries[3].name, std::string("payload/a/b/c.bin"));
        QVERIFY2(entries[2].data.data() > archive.data() &&
                     entries[2].data.data() < archive.data() + archive.size(),
                 "entries are views");
        QVERIFY(readContainer(packed({}), "x").empty());
    }

    void anotherProgramListsTheSame()
    {
        const Bytes archive = sample();
        struct archive* reader = archive_read_new();
        archive_read_support_format_tar(reader);
        QCOMPARE(archive_read_open_memory(reader, archive.data(), archive.size()), ARCHIVE_OK);
        const auto entries = readContainer(archive, "x");
        archive_entry* item = nullptr;
        for (const ContainerEntry& ours : entries) {
            QCOMPARE(archive_read_next_header(reader, &item), ARCHIVE_OK);
            QCOMPARE(std::string(archive_entry_pathname(item)), ours.name);
            QCOMPARE(archive_entry_size(item), static_cast<la_int64_t>(ours.data.size()));
            QCOMPARE(archive_entry_filetype(item), static_cast<__LA_MODE_T>(AE_IFREG));
            QCOMPARE(archive_entry_perm(item), static_cast<__LA_MODE_T>(0644));
            QCOMPARE(archive_entry_mtime(item), time_t{0});
            std::string data(ours.data.size(), '\0');
            QCOMPARE(archive_read_data(reader, data.data(), data.size()),
                     static_cast<la_ssize_t>(data.size()));
            QCOMPARE(std::string_view(data), asText(ours.data));
        }
        QCOMPARE(archive_read_next_header(reader, &item), ARCHIVE_EOF);
        archive_read_free(reader);
    }

    void anotherProgramsPlainArchiveIsTheSame()
    {
        const QString tar = QStandardPaths::findExecutable("tar");
        if (tar.isEmpty())
            QSKIP("there is no tar program");
        QTemporaryDir folder;
        const Path path = folder.path().toStdString();
        const std::string text(700, 'z');
        systemFs().writeWhole(path / "a", "abc");
        systemFs().createFolders(path / "b");
        systemFs().writeWhole(path / "b/c.bin", text);
        QProcess process;
        process.setWorkingDirectory(folder.path());
        process.start(tar, {"--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0",
                            "--mode=0644", "-b1", "-cf", "out.tar", "a", "b/c.bin"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(systemFs().read(path / "out.tar") == packed({entry("a", "abc"), entry("b/c.bin", text)}));
    }

    void otherArchivesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("archive");
        const auto row = [](const char* name, const Bytes& bytes) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<qsizetype>(bytes.size()));
        };
        row("empty", {});
        row("one zero block", Bytes(512));
        row("three zero blocks", Bytes(1536));
        for (const char* type : {"1", "2", "3", "4", "5", "6", "7", "x", "g", "L", "K", "S", "\0"})
            row(("type " + std::string(type)).c_str(), withHeader(156, std::string_view(type, 1)));
        row("link name", withHeader(157, "/etc/passwd"));
        row("mode", withHeader(100, "0000755"));
        row("setuid", withHeader(100, "0004644"));
        row("mode with a space", withHeader(100, "000644 "));
        row("owner", withHeader(108, "0000001"));
        row("group", withHeader(116, "0000001"));
        row("time", withHeader(136, "00000000001"));
        row("size with a space", withHeader(124, "0000000003 "));
        row("short size", withHeader(124, std::string_view("3\0\0\0\0\0\0\0\0\0\0", 11)));
        row("binary size", withHeader(124, std::string_view("\x80\0\0\0\0\0\0\0\0\0\0\3", 12)));
        row("size 8", withHeader(124, "00000000008"));
        row("huge size", withHeader(124, "77777777777"));
        row("size beyond", withHeader(124, "00000003000"));
        row("smaller size", withHeader(124, "00000000002"));
        row("owner's name", withHeader(265, "root"));
        row("group's name", withHeader(297, "root"));
        row("old magic", withHeader(257, std::string_view("ustar  \0", 8)));
        row("no magic", withHeader(257, std::string_view("\0\0\0\0\0\0\0\0", 8)));
        row("prefix", withHeader(345, "b"));
        row("rest", withHeader(511, "x"));
        row("bytes after the name", withHeader(50, "x"));
        for (const char* name : {"/etc/passwd", "../a", "a/../b", "./a", "a//b", "a/", "A", ".hidden", "-rf",
                                 "_a", "a b", "a\\b", "c:a", "a/.b", "a/b/c/d/e", "a*", "a\n", "caf\xC3\xA9"})
            row(name, withHeader(0, name));
        for (const auto& [name, format] : {std::pair{"gnu", ARCHIVE_FORMAT_TAR_GNUTAR},
                                           {"pax", ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE},
                                           {"cpio", ARCHIVE_FORMAT_CPIO_POSIX},
                                           {"zip", ARCHIVE_FORMAT_ZIP}})
            row(name, otherFormat(format));
        Bytes twice = packed({entry("a", "x")});
        twice.resize(1024);
        const Bytes again = twice;
        twice.insert(twice.end(), again.begin(), again.end());
        twice.resize(twice.size() + 1024);
        row("one name twice", twice);
        Bytes appended = packed({entry("a", "x")});
        appended.resize(appended.size() + 512);
        row("appended zeros", appended);
        Bytes hole = packed({entry("a", "x")});
        hole.insert(hole.begin() + 1024, 512, std::byte{0});
        row("zero block between", hole);
    }
    void onlyTheHelperIsNotToBlame()
    {
        QCOMPARE(withHeader(0, "a"), packed({entry("a", "abc")}));
        QCOMPARE(readContainer(withHeader(0, "a/b/c/d"), "x").at(0).name, std::string("a/b/c/d"));
    }

    void otherArchivesAreRefused()
    {
        QFETCH(QByteArray, archive);
        const auto bytes =
            std::as_bytes(std::span(archive.constData(), static_cast<std::size_t>(archive.size())));
        LATHE_EXPECT_ERROR(bundleInvalid, readContainer(bytes, "x"));
    }

    void everyHeaderBitCounts()
    {
        const Bytes archive = sample();
        const auto entries = readContainer(archive, "x");
        for (std::size_t bit = 0; bit < archive.size() * 8; ++bit) {
            Bytes changed = archive;
            changed[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
            // Only a bit of some content may be read, as another content of the same names and sizes; or a
            // name may change into another, which then no longer fits its checksum.
            const auto error = test::errorOf([&] {
                const auto read = readContainer(changed, "x");
                bool sameNames = read.size() == entries.size();
                for (std::size_t i = 0; sameNames && i < read.size(); ++i)
                    sameNames =
                        read[i].name == entries[i].name && read[i].data.size() == entries[i].data.size();
                if (packed(read) != changed || !sameNames)
                    throw Error(ErrorCode::internal, std::to_string(bit));
                return 0;
            });
            const bool inContent = [&] {
                for (const ContainerEntry& item : entries) {
                    const auto at = static_cast<std::size_t>(item.data.data() - archive.data());
                    if (bit / 8 >= at && bit / 8 < at + item.data.size())
                        return true;
                }
                return false;
            }();
            QVERIFY2(inContent ? !error : error && error->code() == ErrorCode::bundleInvalid,
                     std::to_string(bit).c_str());
        }
    }

    void everyTruncationIsRefused()
    {
        const Bytes archive = sample();
        for (std::size_t size = 0; size < archive.size(); ++size)
            LATHE_EXPECT_ERROR(bundleInvalid, readContainer(std::span(archive).first(size), "x"));
        for (std::size_t more = 1; more <= 1025; ++more)
            for (const std::byte value : {std::byte{0}, std::byte{'a'}}) {
                Bytes longer = archive;
                longer.resize(archive.size() + more, value);
                LATHE_EXPECT_ERROR(bundleInvalid, readContainer(longer, "x"));
            }
    }

    void badInputIsNotWritten()
    {
        LATHE_EXPECT_ERROR(invalidArgument, packed({entry("../a", "")}));
        LATHE_EXPECT_ERROR(invalidArgument, packed({entry("a", ""), entry("a", "")}));
        LATHE_EXPECT_ERROR(invalidArgument, packed({entry("", "")}));
        LATHE_EXPECT_ERROR(invalidArgument, packed({entry(std::string(101, 'a'), "")}));
        QCOMPARE(readContainer(packed({entry(std::string(100, 'a'), "")}), "x").size(), std::size_t{1});
        std::vector<ContainerEntry> many;
        for (std::size_t i = 0; i <= maxContainerEntries; ++i)
            many.push_back(entry("e" + std::to_string(i), ""));
        LATHE_EXPECT_ERROR(tooLarge, packed(many));
        many.pop_back();
        QCOMPARE(readContainer(packed(many), "x").size(), maxContainerEntries);
    }
};

QTEST_APPLESS_MAIN(TestContainer)
#include "tst_container.moc"
