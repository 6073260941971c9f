// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/feedback.h"

#include <algorithm>

#include "core/base/text.h"

namespace lathe {

namespace {

constexpr std::int64_t maxStateBytes = std::int64_t{1} << 30;

[[noreturn]] void fail(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::datasetInvalid, where, {{"reason", reason}});
}

const InputNeed& needOf(const std::vector<InputNeed>& needs, const std::string& input, const std::string& where)
{
    std::vector<std::string> known;
    for (const InputNeed& need : needs) {
        if (need.name == input)
            return need;
        known.push_back(need.name);
    }
    throw Error(ErrorCode::inputUnknown, where, {{"input", input}, {"inputs", joinText(known, ", ")}});
}

/// What the first frame of a recording starts from. Open dimensions are the batch.
Tensor noState(const InputNeed& need)
{
    Shape shape = need.shape;
    for (int axis = 0; axis < shape.rank(); ++axis)
        if (shape[axis] < 0)
            shape[axis] = 1;
    return Tensor(need.dtype, shape);
}

}

Feedback parseFeedback(const Json& state, const std::vector<InputNeed>& needs, const DatasetContent& content,
                       const std::string& where)
{
    if (!state.is_object() || state.empty())
        fail(where, "\"state\" must name outputs and the inputs that they come back as: {\"output\": \"input\"}");
    Feedback feedback;
    std::vector<std::string> inputs;
    for (const auto& [output, input] : state.items()) {
        const std::string name = needOf(needs, input.get<std::string>(), where).name;
        const bool fromData = content.fixed.contains(name) ||
                              std::any_of(content.streams.begin(), content.streams.end(),
                                          [&](const InputStream& stream) { return stream.need.name == name; });
        if (fromData || std::find(inputs.begin(), inputs.end(), name) != inputs.end())
            fail(where, "the input " + name + " comes from two places");
        inputs.push_back(name);
        feedback[output] = name;
    }
    return feedback;
}

std::vector<TensorMap> followStates(const DatasetContent& content, const std::vector<InputNeed>& needs, std::int64_t count,
                                    const RunModel& run, const std::string& where, const Control& control)
{
    if (!run)
        fail(where, "\"state\" needs the model: its outputs come back as inputs");
    TensorMap state;
    std::int64_t bytes = 0;
    for (const auto& [output, input] : content.feedback) {
        state[input] = noState(needOf(needs, input, where));
        bytes += static_cast<std::int64_t>(state[input].bytes().size());
    }
    if (bytes > maxStateBytes / std::max<std::int64_t>(count, 1))
        fail(where, "the states of all samples would take more than " + sizeText(maxStateBytes));
    std::vector<TensorMap> states;
    for (std::int64_t i = 0; i < count; ++i) {
        control.throwIfStopped();
        states.push_back(state);
        TensorMap inputs = loadStreams(content, i);
        inputs.merge(TensorMap(state));
        TensorMap outputs = run(inputs);
        for (const auto& [output, input] : content.feedback) {
            const auto found = outputs.find(output);
            if (found == outputs.end())
                fail(where, "the model has no output \"" + output + "\"");
            if (found->second.shape() != state.at(input).shape() || found->second.dtype() != state.at(input).dtype())
                fail(where, "the output " + output + " does not fit the input " + input + ": " +
                                found->second.shape().text() + " instead of " + state.at(input).shape().text());
            state[input] = found->second;
        }
        control.progress(i + 1, count, "following the recording");
    }
    return states;
}

}
