// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/decoder.h"

namespace lathe {

#define DECODER(file) void register_##file(Table<DecoderType>&);
#include "core/evaluation/decoders.def"
#undef DECODER

const Table<DecoderType>& decoderTypes()
{
    static const Table<DecoderType> table = [] {
        Table<DecoderType> result;
#define DECODER(file) register_##file(result);
#include "core/evaluation/decoders.def"
#undef DECODER
        return result;
    }();
    return table;
}

std::shared_ptr<const BoxDecoder> makeDecoder(const Json& decode)
{
    if (decode.is_null())
        return nullptr;
    if (!decode.is_object() || decode.size() != 1)
        throw Error(
            ErrorCode::datasetInvalid, "decode",
            {{"reason", "\"decode\" must hold one of " + decoderTypes().ids() + ", with its options"}});
    const std::string& name = decode.begin().key();
    const DecoderType& type = decoderTypes().get(name, "decoder");
    JsonObject options(decode.begin().value(), "decode." + name);
    auto decoder = type.make(options);
    options.expectNoMore();
    return decoder;
}

} // namespace lathe
