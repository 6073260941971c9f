// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/preprocess.h"

#include <algorithm>
#include <complex>

#include "core/base/text.h"
#include "core/data/resize.h"
#include "core/ops/fourier.h"

namespace lathe {
namespace {

[[noreturn]] void failDataset(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::datasetInvalid, where, {{"reason", reason}});
}

bool isPictureStep(const std::string& name)
{
    static const std::vector<std::string> names = {"resizeShort", "resize", "centerCrop", "channels",
                                                   "letterbox"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

int positive(double number, const std::string& where)
{
    if (number < 1 || number > 65536 || number != static_cast<int>(number))
        failDataset(where, "a size must be a whole number from 1 to 65536");
    return static_cast<int>(number);
}

ChannelOrder channelOrder(const std::string& text)
{
    return text == "BGR" ? ChannelOrder::bgr : text == "GRAY" ? ChannelOrder::gray : ChannelOrder::rgb;
}

/// The sample's shape, with a batch dimension of 1 where the model has one. Throws Error{shapeMismatch}.
Shape fittingShape(const Shape& sample, const InputNeed& need, const std::string& where)
{
    Shape shape = sample;
    if (need.shape.rank() == shape.rank() + 1) {
        std::vector<std::int64_t> dims = shape.dims();
        dims.insert(dims.begin(), 1);
        shape = Shape(std::move(dims));
    }
    bool fits = need.shape.rank() == shape.rank();
    for (int axis = 0; fits && axis < shape.rank(); ++axis)
        fits = need.shape[axis] == Shape::unknown || need.shape[axis] == shape[axis];
    if (!fits)
        throw Error(ErrorCode::shapeMismatch, where,
                    {{"actual", shape.text()}, {"expected", need.shape.text()}});
    return shape;
}

} // namespace

/// The sample while array steps run: float values and where its channels are.
class SampleArray
{
public:
    explicit SampleArray(const RawSample& raw)
    {
        if (const auto* image = std::get_if<Image>(&raw)) {
            m_shape = {image->height, image->width, image->channels};
            m_values.assign(image->pixels.begin(), image->pixels.end());
            m_channelAxis = 2;
        } else {
            const Tensor& tensor = std::get<Tensor>(raw);
            m_shape = tensor.shape();
            m_values = tensor.toFloats();
            m_channelAxis = m_shape.rank() - 1;
        }
    }

    void apply(const Preprocess::Step& step, const std::string& where)
    {
        if (step.name == "scale")
            combine(step, where, [](float x, float s) { return x * s; });
        else if (step.name == "mean")
            combine(step, where, [](float x, float m) { return x - m; });
        else if (step.name == "std")
            combine(step, where, [](float x, float s) { return x / s; });
        else if (step.name == "layout")
            setLayout(step.text, where);
        else if (step.name == "reshape")
            reshape(step, where);
        else if (step.name == "length")
            setLength(static_cast<std::size_t>(step.numbers[0]));
        else if (step.name == "spectrum")
            setSpectrum();
        else if (step.name == "dtype")
            m_type = parseDType(step.text);
        else
            failDataset(where, "the step \"" + step.name + "\" must come before steps that make numbers");
    }

    Tensor finish(const InputNeed& need, const std::string& where) const
    {
        const Tensor values =
            Tensor::of<float>(fittingShape(m_shape, need, where), std::span<const float>(m_values));
        return values.converted(m_type == DType::undefined ? need.dtype : m_type).converted(need.dtype);
    }

private:
    template <typename Function>
    void combine(const Preprocess::Step& step, const std::string& where, Function function)
    {
        const std::size_t operands = step.numbers.size();
        const std::int64_t channels = m_shape.rank() > 0 ? m_shape[m_channelAxis] : 1;
        if (operands != 1 && static_cast<std::int64_t>(operands) != channels)
            failDataset(where, "\"" + step.name + "\" has " + std::to_string(operands) + " values for " +
                                   std::to_string(channels) + " channels");
        const std::size_t inner =
            m_shape.rank() > 0 ? static_cast<std::size_t>(m_shape.elements(m_channelAxis + 1, m_shape.rank()))
                               : 1;
        for (std::size_t i = 0; i < m_values.size(); ++i) {
            const double operand = step.numbers[operands == 1 ? 0 : i / inner % operands];
            m_values[i] = function(m_values[i], static_cast<float>(operand));
        }
    }

    void setLayout(const std::string& layout, const std::string& where)
    {
        if (m_shape.rank() == 2) {
            m_shape = {m_shape[0], m_shape[1], 1};
            m_channelAxis = 2;
        }
        if (m_shape.rank() != 3)
            failDataset(where, "\"layout\" needs a picture");
        if (layout == "NHWC" || m_channelAxis == 0)
            return;
        const auto channels = static_cast<std::size_t>(m_shape[2]);
        const std::size_t pixels = m_values.size() / std::max<std::size_t>(channels, 1);
        std::vector<float> planar(m_values.size());
        for (std::size_t p = 0; p < pixels; ++p)
            for (std::size_t c = 0; c < channels; ++c)
                planar[c * pixels + p] = m_values[p * channels + c];
        m_values = std::move(planar);
        m_shape = {m_shape[2], m_shape[0], m_shape[1]};
        m_channelAxis = 0;
    }

    void reshape(const Preprocess::Step& step, const std::string& where)
    {
        std::vector<std::int64_t> dims;
        for (const double number : step.numbers)
            dims.push_back(static_cast<std::int64_t>(number));
        const Shape shape(std::move(dims));
        if (!shape.isStatic() || shape.elements() != static_cast<std::int64_t>(m_values.size()))
            throw Error(ErrorCode::shapeMismatch, where,
                        {{"actual", m_shape.text()}, {"expected", shape.text()}});
        m_shape = shape;
        m_channelAxis = std::max(0, m_shape.rank() - 1);
    }

    /// Magnitudes of the discrete Fourier transform, without the half that mirrors the other: numpy's
    /// abs(rfft(x)).
    void setSpectrum()
    {
        if (m_values.empty())
            return;
        const std::vector<std::complex<double>> transformed = Fourier(m_values.size(), false)(
            std::vector<std::complex<double>>(m_values.begin(), m_values.end()));
        m_values.resize(m_values.size() / 2 + 1);
        std::transform(transformed.begin(),
                       transformed.begin() + static_cast<std::ptrdiff_t>(m_values.size()), m_values.begin(),
                       [](const std::complex<double>& bin) { return static_cast<float>(std::abs(bin)); });
        m_shape = {static_cast<std::int64_t>(m_values.size())};
        m_channelAxis = 0;
    }

    void setLength(std::size_t length)
    {
        m_values.resize(length, 0.0F);
        m_shape = {static_cast<std::int64_t>(length)};
        m_channelAxis = 0;
    }

    Shape m_shape;
    std::vector<float> m_values;
    int m_channelAxis = 0;
    DType m_type = DType::undefined;
};

Preprocess::Step Preprocess::parseStep(const Json& json, const std::string& where)
{
    if (!json.is_object() || json.empty())
        failDataset(where, "a preprocessing step must be {\"name\": value}");
    JsonObject object(json, where);
    Step step;
    for (const char* name : {"resizeShort", "centerCrop", "scale", "length", "letterbox"}) {
        if (!object.has(name))
            continue;
        step.name = name;
        step.numbers = {object.real(name)};
        if (step.name != "scale")
            positive(step.numbers[0], where + "." + name);
    }
    for (const char* name : {"mean", "std", "reshape", "resize"}) {
        if (!object.has(name))
            continue;
        step.name = name;
        step.numbers =
            object.any(name).is_number() ? std::vector<double>{object.real(name)} : object.reals(name);
        if (step.numbers.empty())
            object.fail(name, "must not be empty");
    }
    for (const char* name : {"channels", "layout", "dtype", "spectrum"}) {
        if (!object.has(name))
            continue;
        step.name = name;
        step.text = object.string(name);
    }
    if (step.name.empty())
        failDataset(where, "unknown preprocessing step \"" + json.begin().key() + "\"");
    if (step.name == "letterbox") {
        step.numbers.push_back(object.real("pad", 0));
        step.flag = object.string("anchor", "center") == "center";
    }
    if (step.name == "resize") {
        if (step.numbers.size() != 2)
            object.fail("resize", "must be [height, width]");
        for (const double side : step.numbers)
            positive(side, where + ".resize");
    }
    if (step.name == "channels" && step.text != "RGB" && step.text != "BGR" && step.text != "GRAY")
        object.fail("channels", "must be RGB, BGR or GRAY");
    if (step.name == "layout" && step.text != "NCHW" && step.text != "NHWC")
        object.fail("layout", "must be NCHW or NHWC");
    if (step.name == "spectrum" && step.text != "magnitude")
        object.fail("spectrum", "must be magnitude");
    if (step.name == "dtype")
        parseDType(step.text);
    if (step.name == "std" && std::count(step.numbers.begin(), step.numbers.end(), 0.0) > 0)
        object.fail("std", "must not hold 0");
    object.expectNoMore();
    return step;
}

Preprocess Preprocess::parse(const Json& steps, const std::string& where)
{
    if (!steps.is_array())
        failDataset(where, "\"preprocess\" must be a list of steps");
    Preprocess result;
    for (std::size_t i = 0; i < steps.size(); ++i)
        result.m_steps.push_back(parseStep(steps[i], where + ".preprocess[" + std::to_string(i) + "]"));
    while (result.m_pictureSteps < result.m_steps.size() &&
           isPictureStep(result.m_steps[result.m_pictureSteps].name))
        ++result.m_pictureSteps;
    return result;
}

Image Preprocess::applyToImage(const Step& step, const Image& image)
{
    const int size = step.numbers.empty() ? 0 : static_cast<int>(step.numbers[0]);
    if (step.name == "resizeShort")
        return resizeShort(image, size);
    if (step.name == "resize")
        return resizeBilinear(image, static_cast<int>(step.numbers[1]), size);
    if (step.name == "centerCrop")
        return centerCrop(image, size);
    if (step.name == "letterbox")
        return letterbox(image, size, static_cast<std::uint8_t>(std::clamp(step.numbers[1], 0.0, 255.0)),
                         step.flag);
    return withChannels(image, channelOrder(step.text));
}

Image Preprocess::applyPictureSteps(const Image& image) const
{
    Image result = image;
    for (std::size_t i = 0; i < m_pictureSteps; ++i)
        result = applyToImage(m_steps[i], result);
    return result;
}

bool Preprocess::makesBgr() const
{
    bool bgr = false;
    for (std::size_t i = 0; i < m_pictureSteps; ++i)
        if (m_steps[i].name == "channels")
            bgr = m_steps[i].text == "BGR";
    return bgr;
}

void Preprocess::applyToMap(const Step& step, PictureMap& map)
{
    const int size = step.numbers.empty() ? 0 : static_cast<int>(step.numbers[0]);
    const auto resizeTo = [&map](PictureSize to) {
        const double x = static_cast<double>(to.width) / map.prepared.width;
        const double y = static_cast<double>(to.height) / map.prepared.height;
        map.scaleX *= x;
        map.offsetX *= x;
        map.scaleY *= y;
        map.offsetY *= y;
        map.prepared = to;
    };
    if (step.name == "resizeShort")
        return resizeTo(shortSideSize(map.prepared, size));
    if (step.name == "resize")
        return resizeTo({static_cast<int>(step.numbers[1]), size});
    if (step.name == "letterbox") {
        const LetterboxPlace place = letterboxPlace(map.prepared, size, step.flag);
        resizeTo(place.size);
        map.offsetX += place.left;
        map.offsetY += place.top;
        map.prepared = {size, size};
    }
    if (step.name == "centerCrop") {
        map.offsetX -= cropOffset(map.prepared.width, size);
        map.offsetY -= cropOffset(map.prepared.height, size);
        map.prepared = {size, size};
    }
}

PictureMap Preprocess::pictureMap(PictureSize stored) const
{
    PictureMap map{.stored = stored, .prepared = stored};
    for (std::size_t i = 0; i < m_pictureSteps; ++i)
        applyToMap(m_steps[i], map);
    return map;
}

Tensor Preprocess::finish(const RawSample& sample, const InputNeed& need, const std::string& where) const
{
    const bool isPicture = std::holds_alternative<Image>(sample);
    if (!isPicture && m_pictureSteps > 0)
        failDataset(where, "the step \"" + m_steps[0].name + "\" needs pictures, but the data are arrays");
    if (!isPicture && m_steps.empty()) {
        const Tensor& array = std::get<Tensor>(sample);
        return array.reshaped(fittingShape(array.shape(), need, where)).converted(need.dtype);
    }
    SampleArray array(sample);
    for (std::size_t i = m_pictureSteps; i < m_steps.size(); ++i)
        array.apply(m_steps[i], where);
    return array.finish(need, where);
}

} // namespace lathe
