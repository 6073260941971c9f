// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/passphrase.h"
#include "app/cli/verb.h"

#include <memory>

namespace lathe::cli {
namespace {

struct KeyOptions
{
    std::string path;
    std::string publicPath;
    std::string passphraseFile;
};

/// "key.pem" gives "key.pub.pem".
Path publicPathOf(const KeyOptions& options)
{
    if (!options.publicPath.empty())
        return options.publicPath;
    const Path path = options.path;
    return path.parent_path() / (path.stem().string() + ".pub.pem");
}

int generate(const KeyOptions& options, Context& context)
{
    const Path publicPath = publicPathOf(options);
    if (std::filesystem::exists(publicPath))
        throw Error(ErrorCode::fileNotWritable, publicPath.string(), {{"reason", "it exists already"}});
    const Passphrase passphrase = readPassphrase(*context.fs, options.passphraseFile, true);
    const SigningKey key = SigningKey::generate();
    key.save(*context.fs, options.path, passphrase);
    try {
        context.fs->writeWhole(publicPath, key.publicKey().pem());
    } catch (...) {
        std::error_code gone;
        std::filesystem::remove(options.path, gone);
        throw;
    }
    context.report({{"key", options.path},
                    {"publicKey", publicPath.string()},
                    {"kid", key.publicKey().kid()},
                    {"algorithm", algorithmName(key.publicKey().algorithm())}},
                   "Private key (encrypted): " + options.path + "\nPublic key: " + publicPath.string() +
                       "\nKey id: " + key.publicKey().kid() + "\n");
    return done;
}

/// A public key is shown as it is; a private one needs its passphrase.
PublicKey readEitherKey(const KeyOptions& options, const Context& context)
{
    const std::string pem = context.fs->readText(options.path, std::size_t{64} << 10);
    if (pem.find("PRIVATE KEY") == std::string::npos)
        return PublicKey::fromPem(pem, options.path);
    return SigningKey::read(*context.fs, options.path, readPassphrase(*context.fs, options.passphraseFile, false)).publicKey();
}

int show(const KeyOptions& options, Context& context)
{
    const PublicKey key = readEitherKey(options, context);
    context.report({{"kid", key.kid()}, {"algorithm", algorithmName(key.algorithm())}, {"publicKeyPem", key.pem()}},
                   "Key id: " + key.kid() + "\nAlgorithm: " + std::string(algorithmName(key.algorithm())) + "\n" + key.pem());
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<KeyOptions>();
    command.require_subcommand(1);
    CLI::App* generateCommand = command.add_subcommand("generate", "Make an ES256 signing key");
    generateCommand->add_option("-o,--output", options->path, "Private key file (PEM, encrypted)")->required();
    generateCommand->add_option("--public", options->publicPath, "Public key file (default: beside it, .pub.pem)");
    generateCommand->add_option("--passphrase-file", options->passphraseFile, "File whose first line is the passphrase");
    CLI::App* showCommand = command.add_subcommand("show", "Show a key's id and public part");
    showCommand->add_option("key", options->path, "Key file")->required();
    showCommand->add_option("--passphrase-file", options->passphraseFile, "File whose first line is the passphrase");
    for (CLI::App* part : {generateCommand, showCommand})
        part->fallthrough();
    return [options, generateCommand](Context& context) {
        return generateCommand->parsed() ? generate(*options, context) : show(*options, context);
    };
}

}

void register_key(Table<Verb>& table)
{
    table.add({.id = "key", .summary = "Make and show signing keys", .declare = declare});
}

}
