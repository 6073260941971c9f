// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include "core/calibration/statistics_io.h"
#include "core/project/database.h"
#include "core/project/run_json.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <set>

namespace lathe {
namespace {

constexpr std::int64_t applicationId = 0x4C617468; // "Lath"
constexpr std::int64_t firstSchemaVersion = 1;
/// The versions from which on there are tables for what algorithms made, and for measured figures.
constexpr std::int64_t adjustmentVersion = 2;
constexpr std::int64_t figuresVersion = 3;
constexpr std::int64_t schemaVersion = figuresVersion;

/// Version 1.
constexpr const char* firstSchema = R"(
CREATE TABLE reference(kind TEXT PRIMARY KEY, path TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE statistics(id INTEGER PRIMARY KEY, data BLOB NOT NULL, digest TEXT NOT NULL);
CREATE TABLE plan(id INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE code(kind TEXT, value TEXT, dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL,
                  digest TEXT NOT NULL, PRIMARY KEY(kind, value)) WITHOUT ROWID;
CREATE TABLE run(id INTEGER PRIMARY KEY, summary TEXT NOT NULL);
CREATE TABLE run_sample(run INTEGER, position INTEGER, id TEXT NOT NULL, label INTEGER NOT NULL,
                        float_class INTEGER NOT NULL, quantized_class INTEGER NOT NULL, scores TEXT NOT NULL,
                        PRIMARY KEY(run, position)) WITHOUT ROWID;
)";
/// What version 2 adds: what algorithms made beside the codes.
constexpr const char* secondSchema = R"(
CREATE TABLE adjustment(id INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE adjusted_tensor(kind TEXT, value TEXT, dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL,
                             digest TEXT NOT NULL, PRIMARY KEY(kind, value)) WITHOUT ROWID;
)";
/// What version 3 adds: figures by digest of what they were measured from, and the newest search for bits.
constexpr const char* thirdSchema = R"(
CREATE TABLE figure(source BLOB NOT NULL, sample INTEGER NOT NULL, numbers BLOB NOT NULL,
                    PRIMARY KEY(source, sample)) WITHOUT ROWID;
CREATE TABLE assignment(id INTEGER PRIMARY KEY, json TEXT NOT NULL);
)";
/// What each version adds to the one before it.
constexpr std::array schemas{firstSchema, secondSchema, thirdSchema};
static_assert(schemas.size() == schemaVersion);

const JsonLimits storedJsonLimits{.maxBytes = 256u << 20, .maxDepth = 32, .allowReals = true};

/// The tables as CREATE wrote them; anything else in a file (a trigger, a view, another column) is refused.
std::set<std::string> schemaOf(Database& database)
{
    std::set<std::string> statements;
    Statement statement(database, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
    while (statement.step())
        statements.insert(statement.text(0) + " " + statement.text(1) + " " + statement.text(2));
    return statements;
}

/// The tables that come with the versions after `from`, up to `to`.
void addTables(Database& database, std::int64_t from, std::int64_t to)
{
    for (std::int64_t version = from; version < to; ++version)
        database.execute(schemas[static_cast<std::size_t>(version)]);
}

std::set<std::string> expectedSchema(std::int64_t version)
{
    Database memory(":memory:", Database::Mode::create);
    addTables(memory, 0, version);
    return schemaOf(memory);
}

void makeSchema(Database& database)
{
    Transaction transaction(database);
    addTables(database, 0, schemaVersion);
    database.execute(("PRAGMA application_id = " + std::to_string(applicationId)).c_str());
    database.execute(("PRAGMA user_version = " + std::to_string(schemaVersion)).c_str());
    transaction.commit();
}

/// Reads what the file holds: whatever is wrong with it, it is the project that is not valid.
template <typename Read>
auto storedIn(const std::string& where, const std::string& what, Read read)
{
    try {
        return read();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::projectNewer || error.code() == ErrorCode::projectInvalid ||
            error.code() == ErrorCode::outOfMemory)
            throw;
        throw Error(ErrorCode::projectInvalid, where,
                    {{"reason", "its " + what + " cannot be read (" + error.message() + ")"}});
    }
}

/// A row of code or adjusted_tensor.
void insertTensor(Statement& insert, std::string_view kind, const std::string& value, const Tensor& tensor)
{
    insert.bind(kind)
        .bind(value)
        .bind(dtypeName(tensor.dtype()))
        .bind(tensor.shape().text())
        .bind(tensor.bytes())
        .bind(sha256(tensor.bytes()).hex())
        .run();
}

class SqliteProject : public Project
{
public:
    SqliteProject(Path path, Database::Mode mode)
        : m_path(std::move(path))
        , m_database(m_path, mode)
    {
        if (mode == Database::Mode::create)
            makeSchema(m_database);
        else
            check();
    }

    const Path& path() const override { return m_path; }

    std::optional<FileReference> model() const override { return reference("model"); }
    void setModel(const FileReference& model) override { setReference("model", model); }
    std::optional<FileReference> dataset() const override { return reference("dataset"); }
    void setDataset(const FileReference& dataset) override { setReference("dataset", dataset); }
    std::optional<FileReference> targetProfile() const override { return reference("target"); }
    void setTargetProfile(const FileReference& profile) override { setReference("target", profile); }

    std::shared_ptr<const Statistics> statistics() const override
    {
        Statement query(m_database, "SELECT data, digest FROM statistics");
        if (!query.step())
            return nullptr;
        const Bytes data = query.blob(0);
        verify(data, query.text(1), "statistics");
        return storedIn(where(), "statistics", [&] { return std::make_shared<const Statistics>(readStatistics(data, where())); });
    }

    void setStatistics(const Statistics& statistics) override
    {
        const Bytes data = writeStatistics(statistics);
        Transaction transaction(m_database);
        m_database.execute("DELETE FROM statistics");
        if (m_version >= figuresVersion) {
            m_database.execute("DELETE FROM figure");
            m_database.execute("DELETE FROM assignment");
        }
        Statement insert(m_database, "INSERT INTO statistics(data, digest) VALUES(?, ?)");
        insert.bind(std::span<const std::byte>(data)).bind(sha256(data).hex()).run();
        transaction.commit();
    }

    std::optional<QuantPlan> plan() const override
    {
        Statement query(m_database, "SELECT json FROM plan");
        if (!query.step())
            return std::nullopt;
        return storedIn(where(), "plan", [&] { return parsePlan(parseJson(query.text(0), "plan", storedJsonLimits), "plan"); });
    }

    void setPlan(const QuantPlan& plan) override
    {
        Transaction transaction(m_database);
        m_database.execute("DELETE FROM plan");
        Statement insert(m_database, "INSERT INTO plan(json) VALUES(?)");
        insert.bind(dumpJson(planToJson(plan))).run();
        transaction.commit();
    }

    std::optional<Codes> codes() const override
    {
        Codes codes;
        bool any = false;
        Statement query(m_database, "SELECT kind, value, dtype, shape, data, digest FROM code ORDER BY kind, value");
        while (query.step()) {
            const Bytes data = query.blob(4);
            verify(data, query.text(5), "codes of " + query.text(1));
            const Tensor tensor = storedIn(where(), "codes", [&] {
                return codesTensor(parseDType(query.text(2)), Shape::parse(query.text(3)), data);
            });
            (query.text(0) == "weight" ? codes.weights : codes.biases)[query.text(1)] = tensor;
            any = true;
        }
        return any ? std::optional(std::move(codes)) : std::nullopt;
    }

    void setCodes(const Codes& codes) override
    {
        Transaction transaction(m_database);
        m_database.execute("DELETE FROM code");
        Statement insert(m_database, "INSERT INTO code VALUES(?, ?, ?, ?, ?, ?)");
        const auto store = [&](const char* kind, const std::map<std::string, Tensor>& tensors) {
            for (const auto& [value, tensor] : tensors)
                insertTensor(insert, kind, value, tensor);
        };
        store("weight", codes.weights);
        store("bias", codes.biases);
        transaction.commit();
    }

    std::optional<Adjusted> adjusted() const override
    {
        if (m_version < adjustmentVersion)
            return std::nullopt;
        Statement query(m_database, "SELECT json FROM adjustment");
        if (!query.step())
            return std::nullopt;
        return storedIn(where(), "algorithms", [&] {
            Adjusted result{parseJson(query.text(0), "adjustment", storedJsonLimits), {}};
            Statement tensors(m_database, "SELECT kind, value, dtype, shape, data, digest FROM adjusted_tensor");
            while (tensors.step()) {
                const Bytes data = tensors.blob(4);
                verify(data, tensors.text(5), "numbers of " + tensors.text(1));
                result.tensors[tensors.text(0)][tensors.text(1)] =
                    codesTensor(parseDType(tensors.text(2)), Shape::parse(tensors.text(3)), data);
            }
            return result;
        });
    }

    void setAdjusted(const std::optional<Adjusted>& adjusted) override
    {
        if (!adjusted && m_version < adjustmentVersion)
            return;
        raiseVersion(adjustmentVersion);
        Transaction transaction(m_database);
        m_database.execute("DELETE FROM adjustment");
        m_database.execute("DELETE FROM adjusted_tensor");
        if (adjusted) {
            Statement document(m_database, "INSERT INTO adjustment(json) VALUES(?)");
            document.bind(dumpJson(adjusted->document)).run();
            Statement insert(m_database, "INSERT INTO adjusted_tensor VALUES(?, ?, ?, ?, ?, ?)");
            for (const auto& [kind, tensors] : adjusted->tensors)
                for (const auto& [value, tensor] : tensors)
                    insertTensor(insert, kind, value, tensor);
        }
        transaction.commit();
    }

    FigureStore& figures() override { return m_figures; }

    std::vector<FigureStore::Entry> allFigures() const override
    {
        std::vector<FigureStore::Entry> entries;
        if (m_version < figuresVersion)
            return entries;
        Statement query(m_database, "SELECT source, sample, numbers FROM figure");
        while (query.step()) {
            FigureStore::Entry entry{{}, query.integer(1), numbersOf(query.blob(2))};
            const Bytes source = query.blob(0);
            if (source.size() != sizeof(entry.of.bytes))
                invalid("a figure's source has the wrong size");
            std::memcpy(entry.of.bytes.data(), source.data(), source.size());
            entries.push_back(std::move(entry));
        }
        return entries;
    }

    std::optional<AssignmentRun> assignment() const override
    {
        if (m_version < figuresVersion)
            return std::nullopt;
        Statement query(m_database, "SELECT json FROM assignment");
        if (!query.step())
            return std::nullopt;
        return storedIn(where(), "search for bits", [&] {
            return assignmentRunFromJson(parseJson(query.text(0), "assignment", storedJsonLimits), "assignment");
        });
    }

    void setAssignment(const AssignmentRun& run) override
    {
        raiseVersion(figuresVersion);
        Transaction transaction(m_database);
        m_database.execute("DELETE FROM assignment");
        Statement insert(m_database, "INSERT INTO assignment(json) VALUES(?)");
        insert.bind(dumpJson(assignmentRunToJson(run))).run();
        transaction.commit();
    }

    std::vector<EvaluationRun> runs() const override
    {
        std::vector<EvaluationRun> runs;
        Statement query(m_database, "SELECT id, summary FROM run ORDER BY id");
        while (query.step()) {
            storedIn(where(), "runs", [&] {
                runs.push_back(runFromJson(parseJson(query.text(1), "run", storedJsonLimits), "run"));
                readSamples(query.integer(0), runs.back());
            });
        }
        return runs;
    }

    void addRun(const EvaluationRun& run) override
    {
        Transaction transaction(m_database);
        Statement insert(m_database, "INSERT INTO run(summary) VALUES(?) RETURNING id");
        insert.bind(dumpJson(runToJson(run)));
        insert.step();
        const std::int64_t id = insert.integer(0);
        insert.step();
        Statement sample(m_database, "INSERT INTO run_sample VALUES(?, ?, ?, ?, ?, ?, ?)");
        std::int64_t position = 0;
        for (const SampleRecord& record : run.samples)
            sample.bind(id)
                .bind(position++)
                .bind(record.id)
                .bind(record.label)
                .bind(record.floatClass)
                .bind(record.quantizedClass)
                .bind(dumpJson(scoresToJson(record)))
                .run();
        transaction.commit();
    }

private:
    std::string where() const { return m_path.string(); }

    [[noreturn]] void invalid(const std::string& reason) const
    {
        throw Error(ErrorCode::projectInvalid, where(), {{"reason", reason}});
    }

    void check()
    {
        if (m_database.pragma("application_id") != applicationId)
            invalid("it is not a Tensorlathe project");
        const std::int64_t fileVersion = m_database.pragma("user_version");
        if (fileVersion > schemaVersion)
            throw Error(ErrorCode::projectNewer, where(), {{"version", std::to_string(fileVersion)}});
        if (fileVersion < firstSchemaVersion || schemaOf(m_database) != expectedSchema(fileVersion))
            invalid("its tables are not those of a project");
        m_version = fileVersion;
        Statement quickCheck(m_database, "PRAGMA quick_check(1)");
        if (!quickCheck.step() || quickCheck.text(0) != "ok")
            invalid("the file is damaged");
    }

    /// Figures in the file's own tables.
    class StoredFigures : public FigureStore
    {
    public:
        explicit StoredFigures(SqliteProject& project)
            : m_project(project)
        {
        }

        BySample find(const Digest& of) override
        {
            BySample found;
            if (m_project.m_version < figuresVersion)
                return found;
            Statement query(m_project.m_database, "SELECT sample, numbers FROM figure WHERE source = ?");
            query.bind(blobOf(of));
            while (query.step())
                found[query.integer(0)] = m_project.numbersOf(query.blob(1));
            return found;
        }

        void keep(std::vector<Entry> entries) override
        {
            m_project.raiseVersion(figuresVersion);
            Transaction transaction(m_project.m_database);
            Statement insert(m_project.m_database, "INSERT OR REPLACE INTO figure VALUES(?, ?, ?)");
            for (const Entry& entry : entries)
                insert.bind(blobOf(entry.of)).bind(entry.sample).bind(std::as_bytes(std::span(entry.numbers))).run();
            transaction.commit();
        }

    private:
        static std::span<const std::byte> blobOf(const Digest& digest)
        {
            return std::as_bytes(std::span(digest.bytes));
        }

        SqliteProject& m_project;
    };

    std::vector<double> numbersOf(const Bytes& data) const
    {
        static_assert(std::endian::native == std::endian::little);
        if (data.size() % sizeof(double) != 0)
            invalid("figures have the wrong size");
        std::vector<double> numbers(data.size() / sizeof(double));
        std::memcpy(numbers.data(), data.data(), data.size());
        return numbers;
    }

    void verify(const Bytes& data, const std::string& digest, const std::string& what) const
    {
        if (sha256(data).hex() != digest)
            invalid("the " + what + " are damaged");
    }

    Tensor codesTensor(DType type, Shape shape, const Bytes& data) const
    {
        Tensor tensor(type, std::move(shape));
        if (tensor.byteSize() != static_cast<std::int64_t>(data.size()))
            invalid("codes have the wrong size");
        std::copy(data.begin(), data.end(), tensor.mutableBytes().begin());
        return tensor;
    }

    /// Paths are stored relative to the project, so that a folder can move as a whole.
    std::optional<FileReference> reference(const char* kind) const
    {
        Statement query(m_database, "SELECT path, digest FROM reference WHERE kind = ?");
        query.bind(kind);
        if (!query.step())
            return std::nullopt;
        const Path place = query.text(0);
        const Path folder = std::filesystem::absolute(m_path).parent_path();
        const Digest digest = storedIn(where(), "references", [&] { return Digest::fromHex(query.text(1)); });
        return FileReference{(folder / place).lexically_normal(), digest};
    }

    void setReference(const char* kind, const FileReference& file)
    {
        const Path folder = std::filesystem::absolute(m_path).parent_path();
        const Path absolute = std::filesystem::absolute(file.path).lexically_normal();
        Transaction transaction(m_database);
        Statement insert(m_database, "INSERT OR REPLACE INTO reference VALUES(?, ?, ?)");
        insert.bind(kind).bind(absolute.lexically_proximate(folder).string()).bind(file.digest.hex()).run();
        transaction.commit();
    }

    void readSamples(std::int64_t id, EvaluationRun& run) const
    {
        Statement query(m_database, "SELECT id, label, float_class, quantized_class, scores FROM run_sample "
                                    "WHERE run = ? ORDER BY position");
        query.bind(id);
        while (query.step()) {
            SampleRecord record{query.text(0), query.integer(1), query.integer(2), query.integer(3), {}};
            scoresFromJson(parseJson(query.text(4), "sample"), record, "sample");
            run.samples.push_back(std::move(record));
        }
    }

    /// A file of an earlier version gets new tables when there is something to keep in them.
    void raiseVersion(std::int64_t version)
    {
        if (m_version >= version)
            return;
        Transaction transaction(m_database);
        addTables(m_database, m_version, version);
        m_database.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
        transaction.commit();
        m_version = version;
    }

    Path m_path;
    mutable Database m_database;
    std::int64_t m_version = schemaVersion;
    StoredFigures m_figures{*this};
};

/// A writer that was killed leaves a journal, which only one that may write can roll back.
void rollBack(const Path& path)
{
    Path journal = path;
    journal += "-journal";
    std::error_code unknown;
    if (!std::filesystem::exists(journal, unknown))
        return;
    try {
        Database(path, Database::Mode::readWrite).pragma("user_version");
    } catch (const Error&) { // opening it says so
    }
}

/// Makes the file under another name and renames it when it is complete.
void createWhole(const Path& path, const std::function<void(Project&)>& fill)
{
    Path temporary = path;
    temporary += ".new-" + std::to_string(getpid());
    std::error_code code;
    std::filesystem::remove(temporary, code);
    try {
        {
            SqliteProject project(temporary, Database::Mode::create);
            if (fill)
                fill(project);
        }
        std::filesystem::rename(temporary, path);
    } catch (const std::filesystem::filesystem_error& error) {
        std::filesystem::remove(temporary, code);
        throw Error(ErrorCode::fileNotWritable, path.string(), {{"reason", error.code().message()}});
    } catch (const Error& error) {
        std::filesystem::remove(temporary, code);
        if (error.where() != temporary.string())
            throw;
        throw Error(error.code(), path.string(), error.values());
    } catch (...) {
        std::filesystem::remove(temporary, code);
        throw;
    }
}

}

std::unique_ptr<Project> Project::create(const Path& path, bool overwrite, const std::function<void(Project&)>& fill)
{
    if (!overwrite && std::filesystem::exists(path))
        throw Error(ErrorCode::fileNotWritable, path.string(), {{"reason", "it exists already"}});
    createWhole(path, fill);
    return std::make_unique<SqliteProject>(path, Database::Mode::readWrite);
}

std::unique_ptr<Project> Project::open(const Path& path, bool readOnly)
{
    std::error_code unknown;
    const auto status = std::filesystem::status(path, unknown);
    if (!std::filesystem::exists(status))
        throw Error(ErrorCode::fileNotFound, path.string());
    if (!std::filesystem::is_regular_file(status))
        throw Error(ErrorCode::fileNotReadable, path.string(),
                    {{"reason", std::filesystem::is_directory(status) ? "it is a folder" : "it is not a regular file"}});
    if (readOnly)
        rollBack(path);
    return std::make_unique<SqliteProject>(path, readOnly ? Database::Mode::readOnly : Database::Mode::readWrite);
}

}
