# SPDX-License-Identifier: GPL-3.0-or-later
# OnnxProto::OnnxProto: ONNX's protobuf messages. The package's own CMake files name parts that Debian does not ship,
# so the library is looked up directly.

find_path(OnnxProto_INCLUDE_DIR onnx/onnx_pb.h)
find_library(OnnxProto_LIBRARY onnx_proto)
mark_as_advanced(OnnxProto_INCLUDE_DIR OnnxProto_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxProto REQUIRED_VARS OnnxProto_LIBRARY OnnxProto_INCLUDE_DIR)

if(OnnxProto_FOUND AND NOT TARGET OnnxProto::OnnxProto)
    add_library(OnnxProto::OnnxProto UNKNOWN IMPORTED)
    set_target_properties(OnnxProto::OnnxProto PROPERTIES
        IMPORTED_LOCATION "${OnnxProto_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${OnnxProto_INCLUDE_DIR}"
        INTERFACE_COMPILE_DEFINITIONS "ONNX_NAMESPACE=onnx;ONNX_ML=1"
        INTERFACE_LINK_LIBRARIES protobuf::libprotobuf)
endif()
