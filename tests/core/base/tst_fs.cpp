// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fs.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <csignal>
#include <fstream>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

std::size_t entriesOf(const Path& folder)
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder))
        ++count;
    return count;
}

/// Root may write everywhere; while this lives, root is nobody.
class OtherUser
{
public:
    OtherUser()
        : m_before(::geteuid())
    {
        if (m_before == 0 && ::seteuid(65534) != 0)
            qFatal("cannot become another user");
    }
    ~OtherUser()
    {
        if (m_before == 0 && ::seteuid(0) != 0)
            qFatal("cannot become root again");
    }
    OtherUser(const OtherUser&) = delete;
    OtherUser& operator=(const OtherUser&) = delete;

private:
    uid_t m_before;
};

unsigned modeOf(const Path& path)
{
    struct stat info
    {
    };
    ::stat(path.c_str(), &info);
    return info.st_mode & 07777u;
}

}

class TestFs : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    Path m_root;

    Path at(const char* name) const { return m_root / name; }

private slots:
    void init()
    {
        for (const auto& entry : std::filesystem::directory_iterator(m_folder.path().toStdString()))
            std::filesystem::remove_all(entry);
        m_root = m_folder.path().toStdString();
    }

    void writesAndReads()
    {
        systemFs().writeWhole(at("a"), "hello");
        QCOMPARE(systemFs().readText(at("a")), std::string("hello"));
        systemFs().writeWhole(at("a"), "");
        QCOMPARE(systemFs().readText(at("a")), std::string());
        systemFs().writeWhole(at("key"), "secret", 0600);
        QCOMPARE(modeOf(at("key")), 0600u);
        QCOMPARE(entriesOf(m_root), std::size_t{2});
    }

    void nothingAppearsWithoutCommit()
    {
        systemFs().writeWhole(at("a"), "old");
        {
            const auto file = systemFs().create(at("a"));
            file->write(asBytes("new"));
            QCOMPARE(entriesOf(m_root), std::size_t{2});
        }
        QCOMPARE(systemFs().readText(at("a")), std::string("old"));
        QCOMPARE(entriesOf(m_root), std::size_t{1});
    }

    void everyFaultLeavesTheOldFile()
    {
        systemFs().writeWhole(at("a"), "old");
        int steps = 0;
        const auto counting =
            faultyFs(systemFs(), [&](std::string_view, const Path&) { return ++steps, false; });
        counting->writeWhole(at("b"), "new");
        QCOMPARE(steps, 4); // create, write, sync, rename
        std::filesystem::remove(at("b"));
        for (int failing = 1; failing <= steps; ++failing) {
            int step = 0;
            std::string seen;
            const auto fs = faultyFs(systemFs(), [&](std::string_view operation, const Path&) {
                seen += std::string(operation) + " ";
                return ++step == failing;
            });
            LATHE_EXPECT_ERROR(diskFull, fs->writeWhole(at("a"), "new"));
            QCOMPARE(step, failing);
            QCOMPARE(systemFs().readText(at("a")), std::string("old"));
            QCOMPARE(entriesOf(m_root), std::size_t{1});
        }
        const auto noFolders =
            faultyFs(systemFs(), [](std::string_view step, const Path&) { return step == "folder"; });
        LATHE_EXPECT_ERROR(diskFull, noFolders->createFolders(at("x/y")));
        QVERIFY(!std::filesystem::exists(at("x")));
    }

    void theKernelsOwnRefusalLeavesTheOldFile()
    {
        systemFs().writeWhole(at("a"), "old");
        // A file size limit makes write() itself fail (EFBIG), after a part was written.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        rlimit small = before;
        small.rlim_cur = 1000;
        setrlimit(RLIMIT_FSIZE, &small);
        const auto error = test::errorOf([&] {
            systemFs().writeWhole(at("a"), std::string(5000, 'x'));
            return 0;
        });
        setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(error);
        QVERIFY(error->code() == ErrorCode::fileNotWritable);
        QCOMPARE(systemFs().readText(at("a")), std::string("old"));
        QCOMPARE(entriesOf(m_root), std::size_t{1});
    }

    void readOnlyFoldersAreNamed()
    {
        std::filesystem::create_directory(at("locked"));
        ::chmod(at("locked").c_str(), 0555);
        ::chmod(m_root.c_str(), 0755);
        const OtherUser other;
        const auto error = test::errorOf([&] {
            systemFs().writeWhole(at("locked/a"), "x");
            return 0;
        });
        QVERIFY(error);
        QVERIFY(error->code() == ErrorCode::fileNotWritable);
        QCOMPARE(error->message(),
                 at("locked/a").string() + ": The file cannot be written: Permission denied.");
    }

    void unreadableFilesAreNamed()
    {
        systemFs().writeWhole(at("secret"), "x", 0);
        ::chmod(m_root.c_str(), 0755);
        const OtherUser other;
        LATHE_EXPECT_ERROR(fileNotReadable, systemFs().read(at("secret")));
        LATHE_EXPECT_ERROR(fileNotReadable, systemFs().map(at("secret")));
    }

    void missingAndOddTargets()
    {
        LATHE_EXPECT_ERROR(fileNotWritable, systemFs().writeWhole(at("none/a"), "x"));
        LATHE_EXPECT_ERROR(fileNotWritable, systemFs().writeWhole(m_root, "x"));
        systemFs().writeWhole(at("file"), "x");
        LATHE_EXPECT_ERROR(fileNotWritable, systemFs().writeWhole(at("file/a"), "x"));
        LATHE_EXPECT_ERROR(fileNotWritable, systemFs().createFolders(at("file/a")));
        ::mkfifo(at("pipe").c_str(), 0600);
        LATHE_EXPECT_ERROR(fileNotWritable, systemFs().writeWhole(at("pipe"), "x"));
        QVERIFY(std::filesystem::is_fifo(at("pipe")));
        LATHE_EXPECT_ERROR(fileNotWritable, systemFs().writeWhole("/dev/full", "x"));
        systemFs().createFolders(at("x/y/z"));
        systemFs().createFolders(at("x/y/z"));
        QVERIFY(std::filesystem::is_directory(at("x/y/z")));
    }

    void linksAreFollowed()
    {
        systemFs().writeWhole(at("real"), "old");
        std::filesystem::create_symlink(at("real"), at("link"));
        systemFs().writeWhole(at("link"), "new");
        QVERIFY(std::filesystem::is_symlink(at("link")));
        QCOMPARE(systemFs().readText(at("real")), std::string("new"));
    }

    void readingRefusesWhatIsNoRegularFile()
    {
        ::mkfifo(at("pipe").c_str(), 0600);
        for (const Path& path : {m_root, at("pipe"), Path("/dev/zero")}) {
            LATHE_EXPECT_ERROR(fileNotReadable, systemFs().read(path));
            LATHE_EXPECT_ERROR(fileNotReadable, systemFs().map(path));
        }
        LATHE_EXPECT_ERROR(fileNotFound, systemFs().read(at("none")));
        LATHE_EXPECT_ERROR(fileNotFound, systemFs().map(at("none")));
        LATHE_EXPECT_ERROR(fileNotFound, systemFs().map(""));
    }

    void readingKeepsItsLimit()
    {
        systemFs().writeWhole(at("a"), "12345");
        QCOMPARE(systemFs().read(at("a"), 5).size(), std::size_t{5});
        LATHE_EXPECT_ERROR(tooLarge, systemFs().read(at("a"), 4));
    }

    void mapsOutliveTheName()
    {
        systemFs().writeWhole(at("a"), "12345");
        const auto map = systemFs().map(at("a"));
        systemFs().writeWhole(at("a"), "abc");
        std::filesystem::remove(at("a"));
        QCOMPARE(std::string(asText(map->bytes())), std::string("12345"));
        systemFs().writeWhole(at("empty"), "");
        QVERIFY(systemFs().map(at("empty"))->bytes().empty());
    }
};

QTEST_APPLESS_MAIN(TestFs)
#include "tst_fs.moc"
