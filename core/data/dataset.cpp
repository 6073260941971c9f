// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <mutex>

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/data/labels.h"
#include "core/data/picture_cache.h"
#include "core/data/samples.h"
#include "core/data/source.h"
#include "core/data/splits.h"

namespace lathe {
namespace {

/// One model input: where its samples come from and how they are prepared.
struct InputStream
{
    InputNeed need;
    std::shared_ptr<const Source> source;
    Preprocess preprocess;
    std::shared_ptr<PictureCache> cache = std::make_shared<PictureCache>();

    /// The raw sample after the picture steps, from the cache when it is there.
    RawSample prepared(std::int64_t index) const
    {
        if (auto picture = cache->find(index))
            return *std::move(picture);
        RawSample raw = source->read(index);
        if (const auto* image = std::get_if<Image>(&raw)) {
            Image picture = preprocess.applyPictureSteps(*image);
            cache->store(index, picture);
            return picture;
        }
        return raw;
    }
};

/// What both splits share.
struct DatasetContent
{
    std::vector<InputStream> streams;
    std::vector<std::int64_t> labels; ///< by sample; empty when unlabelled; offset added
    bool targetIsInput = false;
};

class SplitSamples : public Samples
{
public:
    SplitSamples(std::shared_ptr<const DatasetContent> content, std::vector<std::int64_t> indices)
        : m_content(std::move(content))
        , m_indices(std::move(indices))
    {
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(m_indices.size()); }
    std::string id(std::int64_t index) const override { return first().source->id(at(index)); }

    TensorMap load(std::int64_t index) const override
    {
        TensorMap tensors;
        for (const InputStream& stream : m_content->streams)
            tensors[stream.need.name] =
                stream.preprocess.finish(stream.prepared(at(index)), stream.need, placeOf(stream, index));
        return tensors;
    }

    std::optional<std::int64_t> label(std::int64_t index) const override
    {
        if (m_content->labels.empty())
            return std::nullopt;
        return m_content->labels[static_cast<std::size_t>(at(index))];
    }

    Tensor target(std::int64_t index) const override
    {
        return m_content->targetIsInput ? load(index).at(first().need.name) : Tensor();
    }

    std::optional<Image> preview(std::int64_t index) const override
    {
        const RawSample raw = first().prepared(at(index));
        if (const auto* image = std::get_if<Image>(&raw))
            return *image;
        return grayPreview(std::get<Tensor>(raw));
    }

private:
    const InputStream& first() const { return m_content->streams.front(); }

    /// For messages: samples of arrays have only a number.
    std::string placeOf(const InputStream& stream, std::int64_t index) const
    {
        std::string id = stream.source->id(at(index));
        const bool isNumber = id.find_first_not_of("0123456789") == std::string::npos;
        return isNumber ? "sample " + id + " of input " + stream.need.name : id;
    }

    std::int64_t at(std::int64_t index) const { return m_indices.at(static_cast<std::size_t>(index)); }

    /// Byte arrays of two dimensions (MNIST) are pictures too.
    static std::optional<Image> grayPreview(const Tensor& tensor)
    {
        if (tensor.dtype() != DType::uint8 || tensor.shape().rank() != 2)
            return std::nullopt;
        const auto bytes = tensor.data<std::uint8_t>();
        return Image{static_cast<int>(tensor.shape()[1]),
                     static_cast<int>(tensor.shape()[0]),
                     1,
                     {bytes.begin(), bytes.end()}};
    }

    std::shared_ptr<const DatasetContent> m_content;
    std::vector<std::int64_t> m_indices;
};

/// Turns a dataset file into content, splits and info.
class DatasetBuilder
{
public:
    DatasetBuilder(const Path& file, const std::vector<InputNeed>& needs, const Fs& fs, ImageDecoder decoder)
        : m_file(file)
        , m_where(file.string())
        , m_needs(needs)
        , m_fs(fs)
        , m_decoder(std::move(decoder))
    {
        m_json = parseJson(fs.readText(file), m_where);
        if (!m_json.is_object())
            fail("it must be a JSON object");
    }

    void build(std::uint64_t seed, const Control& control)
    {
        if (m_json.contains("labels"))
            m_labels = readLabels(m_json["labels"], folder(), m_fs, m_where);
        openStreams();
        const std::int64_t size = checkSizes();
        takeLabels(size);
        content->targetIsInput = m_json.value("target", "") == "input";
        splits = selectSplits(m_json, size, m_labels, seed, m_where);
        if (splits.calibration.empty() && splits.validation.empty())
            throw Error(ErrorCode::datasetEmpty, m_where);
        fillInfo(control);
    }

    std::shared_ptr<DatasetContent> content = std::make_shared<DatasetContent>();
    Splits splits;
    DatasetInfo info;

private:
    [[noreturn]] void fail(const std::string& reason) const
    {
        throw Error(ErrorCode::datasetInvalid, m_where, {{"reason", reason}});
    }
    Path folder() const { return m_file.parent_path(); }

    void openStreams()
    {
        if (!m_json.contains("inputs"))
            return openStream(m_json);
        if (!m_json["inputs"].is_array() || m_json["inputs"].empty())
            fail("\"inputs\" must be a list of objects");
        for (const Json& input : m_json["inputs"])
            openStream(input);
    }

    void openStream(const Json& description)
    {
        const auto text = [&](const char* key) {
            const auto member = description.find(key);
            if (member == description.end() || !member->is_string())
                fail(std::string("\"") + key + "\" is missing");
            return member->get<std::string>();
        };
        InputStream stream;
        stream.need = findNeed(description.value("input", "*"));
        const SourceType& type = sourceTypes().get(text("type"), "data type");
        stream.source = type.open({folder() / text("path"), m_labels.names, m_fs, m_decoder});
        stream.preprocess = Preprocess::parse(description.value("preprocess", Json::array()), m_where);
        if (info.type.empty())
            info.type = type.id;
        content->streams.push_back(std::move(stream));
    }

    InputNeed findNeed(const std::string& name) const
    {
        std::string known;
        for (const InputNeed& need : m_needs) {
            if (need.name == name || (name == "*" && m_needs.size() == 1))
                return need;
            known += (known.empty() ? "" : ", ") + need.name;
        }
        if (name == "*")
            fail("\"input\": \"*\" needs a model with one input; this one has " + known);
        throw Error(ErrorCode::inputUnknown, m_where, {{"input", name}, {"inputs", known}});
    }

    std::int64_t checkSizes() const
    {
        const std::int64_t size = content->streams.front().source->size();
        for (const InputStream& stream : content->streams)
            if (stream.source->size() != size)
                fail("the inputs have different numbers of samples");
        if (size == 0)
            throw Error(ErrorCode::datasetEmpty, m_where);
        return size;
    }

    void takeLabels(std::int64_t size)
    {
        if (m_labels.classes.empty())
            m_labels.classes = content->streams.front().source->ownLabels();
        for (const std::size_t count : {m_labels.classes.size(), m_labels.splits.size()})
            if (count != 0 && static_cast<std::int64_t>(count) != size)
                fail("there are " + std::to_string(count) + " labels for " + std::to_string(size) +
                     " samples");
        content->labels = m_labels.classes;
        const std::int64_t offset = m_json.value("labelOffset", std::int64_t{0});
        for (std::int64_t& label : content->labels)
            label += offset;
    }

    void fillInfo(const Control& control)
    {
        info.file = m_file;
        info.description = m_json;
        info.metric = m_json.value("metric", content->labels.empty() ? "agreement" : "top1");
        info.calibrationCount = static_cast<std::int64_t>(splits.calibration.size());
        info.validationCount = static_cast<std::int64_t>(splits.validation.size());
        info.labelled = !content->labels.empty();
        const auto calibration = contentDigests(splits.calibration, control);
        const auto validation = contentDigests(splits.validation, control);
        reportShared(calibration, validation);
        Hasher hasher;
        hasher.text(dumpJson(m_json));
        feed(hasher, splits.calibration, calibration);
        feed(hasher, splits.validation, validation);
        info.digest = hasher.finish();
    }

    std::vector<Digest> contentDigests(const std::vector<std::int64_t>& indices, const Control& control) const
    {
        std::vector<Digest> digests(indices.size());
        const Source& source = *content->streams.front().source;
        parallelFor(static_cast<std::int64_t>(indices.size()), hardwareThreads(), control,
                    [&](std::int64_t i, int) {
                        digests[static_cast<std::size_t>(i)] =
                            source.contentDigest(indices[static_cast<std::size_t>(i)]);
                    });
        return digests;
    }

    void reportShared(std::vector<Digest> calibration, const std::vector<Digest>& validation)
    {
        std::sort(calibration.begin(), calibration.end());
        const auto shared = std::count_if(validation.begin(), validation.end(), [&](const Digest& digest) {
            return std::binary_search(calibration.begin(), calibration.end(), digest);
        });
        if (shared > 0)
            info.warnings.push_back(std::to_string(shared) +
                                    " validation samples have the same content as a calibration sample.");
    }

    void feed(Hasher& hasher, const std::vector<std::int64_t>& indices,
              const std::vector<Digest>& digests) const
    {
        hasher.integer(static_cast<std::int64_t>(indices.size()));
        for (std::size_t i = 0; i < indices.size(); ++i) {
            hasher.text(content->streams.front().source->id(indices[i])).digest(digests[i]);
            if (!content->labels.empty())
                hasher.integer(content->labels[static_cast<std::size_t>(indices[i])]);
        }
    }

    Path m_file;
    std::string m_where;
    const std::vector<InputNeed>& m_needs;
    const Fs& m_fs;
    ImageDecoder m_decoder;
    Json m_json;
    Labels m_labels;
};

class OpenedDataset : public Dataset
{
public:
    explicit OpenedDataset(DatasetBuilder& builder)
        : m_info(std::move(builder.info))
        , m_calibration(
              std::make_shared<SplitSamples>(builder.content, std::move(builder.splits.calibration)))
        , m_validation(std::make_shared<SplitSamples>(builder.content, std::move(builder.splits.validation)))
    {
    }

    const DatasetInfo& info() const override { return m_info; }
    std::shared_ptr<const Samples> split(Split which) const override
    {
        return which == Split::calibration ? m_calibration : m_validation;
    }

private:
    DatasetInfo m_info;
    std::shared_ptr<const Samples> m_calibration;
    std::shared_ptr<const Samples> m_validation;
};

} // namespace

std::shared_ptr<const Dataset> Dataset::open(const Path& file, const std::vector<InputNeed>& inputs,
                                             const Fs& fs, ImageDecoder decoder, std::uint64_t seed,
                                             const Control& control)
{
    return whileDoing("opening the data set", [&]() -> std::shared_ptr<const Dataset> {
        try {
            DatasetBuilder builder(file, inputs, fs, std::move(decoder));
            builder.build(seed, control);
            return std::make_shared<OpenedDataset>(builder);
        } catch (const Json::exception&) {
            throw Error(ErrorCode::datasetInvalid, file.string(), {{"reason", "a field has the wrong type"}});
        }
    });
}

std::vector<InputNeed> inputNeeds(const Graph& graph)
{
    std::vector<InputNeed> needs;
    for (const ValueId id : graph.inputs) {
        const Value& value = graph.value(id);
        needs.push_back({value.name, value.dtype, value.shape.value_or(Shape())});
    }
    return needs;
}

} // namespace lathe
