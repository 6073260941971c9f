// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/parallel.h"
#include "core/data/feedback.h"
#include "core/data/split_samples.h"
#include "core/data/splits.h"

namespace lathe {
namespace {

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

    void build(std::uint64_t seed, const Control& control, const RunModel& run)
    {
        if (m_json.contains("labels"))
            m_labels = readLabels(m_json["labels"], folder(), m_fs, m_where);
        openStreams();
        if (m_json.contains("state"))
            content->feedback = parseFeedback(m_json["state"], m_needs, *content, m_where);
        const std::int64_t size = checkSizes();
        takeLabels(size);
        takeTargets(size);
        splits = selectSplits(m_json, size, m_labels, seed, m_where);
        if (splits.calibration.empty() && splits.validation.empty())
            throw Error(ErrorCode::datasetEmpty, m_where);
        checkMasks();
        if (!content->feedback.empty())
            content->states = followStates(*content, m_needs, lastSample() + 1, run, m_where, control);
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
        if (content->streams.empty())
            fail("every input has a \"value\": there are no samples");
    }

    std::int64_t lastSample() const
    {
        std::int64_t last = -1;
        for (const std::vector<std::int64_t>* indices : {&splits.calibration, &splits.validation})
            if (!indices->empty())
                last = std::max(last, indices->back());
        return last;
    }

    /// An input that is the same in every sample: "value" holds its numbers.
    bool takeFixed(const Json& description)
    {
        const auto value = description.find("value");
        if (value == description.end())
            return false;
        const InputNeed& need = m_needs[findNeed(description.value("input", "*"))];
        const auto numbers =
            value->is_array() ? value->get<std::vector<double>>() : std::vector<double>{value->get<double>()};
        std::vector<std::int64_t> dims(need.shape.begin(), need.shape.end());
        std::replace(dims.begin(), dims.end(), Shape::unknown, std::int64_t{1});
        const Shape shape(dims);
        if (shape.elements() != static_cast<std::int64_t>(numbers.size()))
            fail("the input " + need.name + " takes " + std::to_string(shape.elements()) +
                 " numbers, and \"value\" has " + std::to_string(numbers.size()));
        content->fixed[need.name] = Tensor::of<double>(shape, numbers).converted(need.dtype);
        return true;
    }

    void openStream(const Json& description)
    {
        if (takeFixed(description))
            return;
        const auto text = [&](const char* key) {
            const auto member = description.find(key);
            if (member == description.end() || !member->is_string())
                fail(std::string("\"") + key + "\" is missing");
            return member->get<std::string>();
        };
        const SourceType& type = sourceTypes().get(text("type"), "data type");
        SourceRequest request{.path = folder() / text("path"),
                              .names = m_labels.names,
                              .fs = m_fs,
                              .decoder = m_decoder,
                              .columns = description.value("columns", std::vector<std::string>()),
                              .labelColumns = {},
                              .frame = description.value("frame", std::int64_t{0}),
                              .hop = description.value("hop", std::int64_t{0}),
                              .lead = description.value("lead", std::int64_t{0})};
        if (request.frame < 0 || request.hop < 0 || request.lead < 0)
            fail("\"frame\", \"hop\" and \"lead\" count values and cannot be negative");
        if (request.path == m_labels.file)
            request.labelColumns = m_labels.columns;
        const std::string input = description.value("input", "*");
        const bool all = type.holdsAllInputs && input == "*" && !m_needs.empty();
        const std::size_t first = all ? 0 : findNeed(input);
        for (std::size_t i = first; i < (all ? m_needs.size() : first + 1); ++i) {
            request.inputIndex = i;
            InputStream stream;
            stream.need = m_needs[i];
            stream.source = type.open(request);
            stream.preprocess = Preprocess::parse(description.value("preprocess", Json::array()), m_where);
            content->streams.push_back(std::move(stream));
        }
        if (info.type.empty())
            info.type = type.id;
    }

    std::size_t findNeed(const std::string& name) const
    {
        std::string known;
        for (std::size_t i = 0; i < m_needs.size(); ++i) {
            if (m_needs[i].name == name || (name == "*" && m_needs.size() == 1))
                return i;
            known += (known.empty() ? "" : ", ") + m_needs[i].name;
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

    void takeTargets(std::int64_t size)
    {
        content->annotations = openAnnotations(m_labels, m_fs, m_decoder);
        content->target.decode = m_json.value("decode", Json());
        if (content->annotations)
            content->target.kind = content->annotations->kind();
        else if (m_json.value("target", "") == "input")
            content->target.kind = TargetKind::values;
        const Source& source = *content->streams.front().source;
        for (std::int64_t i = 0; i < size; ++i)
            m_labels.labelled.push_back(content->annotations ? content->annotations->has(source.id(i))
                                                             : !content->labels.empty());
    }

    /// A picture without a file of boxes holds none; without a mask, nothing is known of it.
    void checkMasks() const
    {
        if (content->target.kind != TargetKind::mask)
            return;
        for (const std::int64_t index : splits.validation)
            if (!m_labels.labelled[static_cast<std::size_t>(index)])
                fail("\"" + content->streams.front().source->id(index) +
                     "\" of the validation split has no mask; \"validation\": {\"labelled\": true} takes "
                     "those "
                     "that have one");
    }

    std::string defaultMetric() const
    {
        switch (content->target.kind) {
        case TargetKind::boxes:
            return "ap50";
        case TargetKind::mask:
            return "iou";
        default:
            return content->labels.empty() ? "agreement" : "top1";
        }
    }

    void fillInfo(const Control& control)
    {
        info.file = m_file;
        info.description = m_json;
        info.metric = m_json.value("metric", defaultMetric());
        info.calibrationCount = static_cast<std::int64_t>(splits.calibration.size());
        info.validationCount = static_cast<std::int64_t>(splits.validation.size());
        info.labelled = !content->labels.empty() || content->annotations;
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
            if (content->annotations)
                hasher.digest(
                    content->annotations->contentDigest(content->streams.front().source->id(indices[i])));
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
                                             const Control& control, const RunModel& run)
{
    return whileDoing("opening the data set", [&]() -> std::shared_ptr<const Dataset> {
        try {
            DatasetBuilder builder(file, inputs, fs, std::move(decoder));
            builder.build(seed, control, run);
            return std::make_shared<OpenedDataset>(builder);
        } catch (const Json::exception&) {
            throw Error(ErrorCode::datasetInvalid, file.string(), {{"reason", "a field has the wrong type"}});
        }
    });
}

const Feedback& Samples::feedback() const
{
    static const Feedback none;
    return none;
}

std::map<std::string, Shape> openShapes(const Graph& graph, const Samples& samples)
{
    const auto isOpen = [&](ValueId id) {
        const std::optional<Shape>& shape = graph.value(id).shape;
        return !shape || std::count(shape->begin(), shape->end(), Shape::unknown) >
                             (shape->rank() > 0 && (*shape)[0] == Shape::unknown ? 1 : 0);
    };
    std::map<std::string, Shape> shapes;
    if (samples.size() == 0 || std::none_of(graph.inputs.begin(), graph.inputs.end(), isOpen))
        return shapes;
    const TensorMap first = samples.load(0);
    for (const ValueId id : graph.inputs)
        if (const auto found = first.find(graph.value(id).name); found != first.end() && isOpen(id))
            shapes[found->first] = found->second.shape();
    return shapes;
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
