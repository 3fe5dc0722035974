;; Dot products of one row with the rows of a matrix.
(module
  (memory (import "glot" "memory") 1)

  ;; into[i] = row . matrix[i] for i below `count`. row: f32 [width / 4]; matrix: f32 [count x width / 4]; width: bytes of
  ;; a row, a multiple of 16; into: f32 [count].
  (func (export "dots") (param $row i32) (param $matrix i32) (param $count i32) (param $width i32) (param $into i32)
    (local $stop i32) (local $at i32) (local $from i32) (local $a v128) (local $b v128)
    (local.set $stop (i32.add (local.get $into) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $each
        (br_if $done (i32.ge_u (local.get $into) (local.get $stop)))
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (v128.const f32x4 0 0 0 0))
        (local.set $from (local.get $row))
        (local.set $at (local.get $matrix))
        (local.set $matrix (i32.add (local.get $matrix) (local.get $width)))
        ;; An odd vector first, then two at a time, in sums of their own.
        (if (i32.and (local.get $width) (i32.const 16))
          (then
            (local.set $a (f32x4.mul (v128.load (local.get $from)) (v128.load (local.get $at))))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))))
        (block $summed
          (loop $two
            (br_if $summed (i32.ge_u (local.get $at) (local.get $matrix)))
            (local.set $a
              (f32x4.add (local.get $a) (f32x4.mul (v128.load (local.get $from)) (v128.load (local.get $at)))))
            (local.set $b
              (f32x4.add (local.get $b)
                (f32x4.mul (v128.load offset=16 (local.get $from)) (v128.load offset=16 (local.get $at)))))
            (local.set $from (i32.add (local.get $from) (i32.const 32)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (br $two)))
        (local.set $a (f32x4.add (local.get $a) (local.get $b)))
        (f32.store (local.get $into)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
            (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
        (local.set $into (i32.add (local.get $into) (i32.const 4)))
        (br $each)))))
