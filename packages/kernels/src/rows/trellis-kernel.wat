;; Rows in a few bits an axis, by a trellis of eight states: see `row-codec.ts`.
;;
;; For each axis with bits a record of 32 bytes:
;;   0 u32  where its number stands in a turned row, in bytes
;;   4 f32  cells of its grid for a unit
;;   8 f32  half of the number of its cells
;;  12 f32  its last cell
;;  16 u32  address of its grid: f32 [cells x 4], of each cell the nearest level of each subset
;;  20 u32  address of the numbers of these levels in their subsets: u8 [cells x 4]
;;  24 u32  where its bits begin in a row
;;  28 u32  address of its levels as i8 [2 ** bits / 2 x 16], by number in the subset and window of first bits
;; then for each of them a mask of its bits, u32. Subsets of windows: u8 [16].
(module
  (memory (import "glot" "memory") 1)

  ;; Turns a row: into[block x 32 + j] = sum over k of row[k] matrix[block][k][j]. f32; matrix [blocks x dim x 32].
  (func $turn (param $row i32) (param $width i32) (param $matrix i32) (param $blocks i32) (param $into i32)
    (local $at i32) (local $stop i32) (local $x v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (local.set $stop (i32.add (local.get $row) (local.get $width)))
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (v128.const f32x4 0 0 0 0))
        (local.set $c (v128.const f32x4 0 0 0 0))
        (local.set $d (v128.const f32x4 0 0 0 0))
        (local.set $e (v128.const f32x4 0 0 0 0))
        (local.set $f (v128.const f32x4 0 0 0 0))
        (local.set $g (v128.const f32x4 0 0 0 0))
        (local.set $h (v128.const f32x4 0 0 0 0))
        (local.set $at (local.get $row))
        (loop $column
          (local.set $x (v128.load32_splat (local.get $at)))
          (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $x) (v128.load (local.get $matrix)))))
          (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $x) (v128.load offset=16 (local.get $matrix)))))
          (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $x) (v128.load offset=32 (local.get $matrix)))))
          (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $x) (v128.load offset=48 (local.get $matrix)))))
          (local.set $e (f32x4.add (local.get $e) (f32x4.mul (local.get $x) (v128.load offset=64 (local.get $matrix)))))
          (local.set $f (f32x4.add (local.get $f) (f32x4.mul (local.get $x) (v128.load offset=80 (local.get $matrix)))))
          (local.set $g (f32x4.add (local.get $g) (f32x4.mul (local.get $x) (v128.load offset=96 (local.get $matrix)))))
          (local.set $h (f32x4.add (local.get $h) (f32x4.mul (local.get $x) (v128.load offset=112 (local.get $matrix)))))
          (local.set $matrix (i32.add (local.get $matrix) (i32.const 128)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br_if $column (i32.lt_u (local.get $at) (local.get $stop))))
        (v128.store (local.get $into) (local.get $a))
        (v128.store offset=16 (local.get $into) (local.get $b))
        (v128.store offset=32 (local.get $into) (local.get $c))
        (v128.store offset=48 (local.get $into) (local.get $d))
        (v128.store offset=64 (local.get $into) (local.get $e))
        (v128.store offset=80 (local.get $into) (local.get $f))
        (v128.store offset=96 (local.get $into) (local.get $g))
        (v128.store offset=112 (local.get $into) (local.get $h))
        (local.set $into (i32.add (local.get $into) (i32.const 128)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block))))

  ;; Turns `count` rows of `width` bytes into rows of `blocks` times 128 bytes.
  (func (export "turn")
    (param $rows i32) (param $count i32) (param $width i32) (param $matrix i32) (param $blocks i32) (param $into i32)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $count)))
        (call $turn (local.get $rows) (local.get $width) (local.get $matrix) (local.get $blocks) (local.get $into))
        (local.set $rows (i32.add (local.get $rows) (local.get $width)))
        (local.set $into (i32.add (local.get $into) (i32.shl (local.get $blocks) (i32.const 7))))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $row))))

  ;; Encodes turned rows. way: u32 [axes x 2], room for the four nearest levels and the decisions of each axis; costs: f32
  ;; [8]; into: u8 [count x rowBytes + 1], zeros.
  (func (export "encode")
    (param $rows i32) (param $count i32) (param $stride i32) (param $axes i32) (param $end i32) (param $way i32)
    (param $costs i32) (param $subsets i32) (param $into i32) (param $rowBytes i32)
    (local $axis i32) (local $at i32) (local $cell i32) (local $state i32) (local $oldest i32) (local $other i32)
    (local $value f32) (local $cost f32)
    (local $l v128) (local $h v128) (local $d v128) (local $a v128) (local $b v128) (local $c v128) (local $e v128)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $l (v128.const f32x4 0 1e9 1e9 1e9))
        (local.set $h (v128.const f32x4 1e9 1e9 1e9 1e9))
        (local.set $axis (local.get $axes))
        (local.set $at (local.get $way))
        ;; The cheapest way to each state.
        (loop $each
          (local.set $value (f32.load (i32.add (local.get $rows) (i32.load (local.get $axis)))))
          (local.set $cell
            (i32.trunc_sat_f32_u
              (f32.min
                (f32.add
                  (f32.mul (local.get $value) (f32.load offset=4 (local.get $axis)))
                  (f32.load offset=8 (local.get $axis)))
                (f32.load offset=12 (local.get $axis)))))
          (local.set $d
            (f32x4.sub
              (f32x4.splat (local.get $value))
              (v128.load
                (i32.add (i32.load offset=16 (local.get $axis)) (i32.shl (local.get $cell) (i32.const 4))))))
          (i32.store (local.get $at)
            (i32.load (i32.add (i32.load offset=20 (local.get $axis)) (i32.shl (local.get $cell) (i32.const 2)))))
          (local.set $d (f32x4.mul (local.get $d) (local.get $d)))
          (local.set $a
            (f32x4.add
              (i8x16.shuffle 0 1 2 3 0 1 2 3 4 5 6 7 4 5 6 7 (local.get $l) (local.get $l))
              (i8x16.shuffle 0 1 2 3 8 9 10 11 8 9 10 11 0 1 2 3 (local.get $d) (local.get $d))))
          (local.set $b
            (f32x4.add
              (i8x16.shuffle 0 1 2 3 0 1 2 3 4 5 6 7 4 5 6 7 (local.get $h) (local.get $h))
              (i8x16.shuffle 8 9 10 11 0 1 2 3 0 1 2 3 8 9 10 11 (local.get $d) (local.get $d))))
          (local.set $c
            (f32x4.add
              (i8x16.shuffle 8 9 10 11 8 9 10 11 12 13 14 15 12 13 14 15 (local.get $l) (local.get $l))
              (i8x16.shuffle 4 5 6 7 12 13 14 15 12 13 14 15 4 5 6 7 (local.get $d) (local.get $d))))
          (local.set $e
            (f32x4.add
              (i8x16.shuffle 8 9 10 11 8 9 10 11 12 13 14 15 12 13 14 15 (local.get $h) (local.get $h))
              (i8x16.shuffle 12 13 14 15 4 5 6 7 4 5 6 7 12 13 14 15 (local.get $d) (local.get $d))))
          (i32.store offset=4 (local.get $at)
            (i32.or
              (i32x4.bitmask (f32x4.lt (local.get $b) (local.get $a)))
              (i32.shl (i32x4.bitmask (f32x4.lt (local.get $e) (local.get $c))) (i32.const 4))))
          (local.set $l (f32x4.pmin (local.get $a) (local.get $b)))
          (local.set $h (f32x4.pmin (local.get $c) (local.get $e)))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (local.set $axis (i32.add (local.get $axis) (i32.const 32)))
          (br_if $each (i32.lt_u (local.get $axis) (local.get $end))))
        (v128.store (local.get $costs) (local.get $l))
        (v128.store offset=16 (local.get $costs) (local.get $h))
        (local.set $state (i32.const 0))
        (local.set $cost (f32.load (local.get $costs)))
        (local.set $other (i32.const 1))
        (loop $better
          (local.set $value (f32.load (i32.add (local.get $costs) (i32.shl (local.get $other) (i32.const 2)))))
          (if (f32.lt (local.get $value) (local.get $cost))
            (then
              (local.set $cost (local.get $value))
              (local.set $state (local.get $other))))
          (local.set $other (i32.add (local.get $other) (i32.const 1)))
          (br_if $better (i32.lt_u (local.get $other) (i32.const 8))))
        ;; Back along the cheapest of all.
        (loop $back
          (local.set $axis (i32.sub (local.get $axis) (i32.const 32)))
          (local.set $at (i32.sub (local.get $at) (i32.const 8)))
          (local.set $oldest
            (i32.and (i32.shr_u (i32.load offset=4 (local.get $at)) (local.get $state)) (i32.const 1)))
          (local.set $cell (i32.load offset=24 (local.get $axis)))
          (local.set $other (i32.add (local.get $into) (i32.shr_u (local.get $cell) (i32.const 3))))
          (i32.store16 (local.get $other)
            (i32.or
              (i32.load16_u (local.get $other))
              (i32.shl
                (i32.or
                  (i32.shl
                    (i32.load8_u
                      (i32.add (local.get $at)
                        (i32.load8_u
                          (i32.add (local.get $subsets)
                            (i32.or (local.get $state) (i32.shl (local.get $oldest) (i32.const 3)))))))
                    (i32.const 1))
                  (i32.and (local.get $state) (i32.const 1)))
                (i32.and (local.get $cell) (i32.const 7)))))
          (local.set $state
            (i32.or (i32.shr_u (local.get $state) (i32.const 1)) (i32.shl (local.get $oldest) (i32.const 2))))
          (br_if $back (i32.gt_u (local.get $axis) (local.get $axes))))
        (local.set $rows (i32.add (local.get $rows) (local.get $stride)))
        (local.set $into (i32.add (local.get $into) (local.get $rowBytes)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $row))))

  ;; Decodes rows. codes: u8 [count x rowBytes + 1]; masks: u32 [axes]; into: i8 [count x dim], zeros where an axis has no
  ;; bits; squares: i32 [count], of the rows of `into`.
  (func (export "decode")
    (param $codes i32) (param $count i32) (param $rowBytes i32) (param $axes i32) (param $end i32) (param $masks i32)
    (param $into i32) (param $dim i32) (param $squares i32)
    (local $axis i32) (local $mask i32) (local $window i32) (local $code i32) (local $value i32) (local $square i32)
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $axis (local.get $axes))
        (local.set $mask (local.get $masks))
        (local.set $window (i32.const 0))
        (local.set $square (i32.const 0))
        (loop $each
          (local.set $code (i32.load offset=24 (local.get $axis)))
          (local.set $code
            (i32.and
              (i32.shr_u
                (i32.load16_u (i32.add (local.get $codes) (i32.shr_u (local.get $code) (i32.const 3))))
                (i32.and (local.get $code) (i32.const 7)))
              (i32.load (local.get $mask))))
          (local.set $window
            (i32.and
              (i32.or (i32.shl (local.get $window) (i32.const 1)) (i32.and (local.get $code) (i32.const 1)))
              (i32.const 15)))
          (local.set $value
            (i32.load8_s
              (i32.add
                (i32.load offset=28 (local.get $axis))
                (i32.or (i32.shl (i32.shr_u (local.get $code) (i32.const 1)) (i32.const 4)) (local.get $window)))))
          (i32.store8
            (i32.add (local.get $into) (i32.shr_u (i32.load (local.get $axis)) (i32.const 2)))
            (local.get $value))
          (local.set $square (i32.add (local.get $square) (i32.mul (local.get $value) (local.get $value))))
          (local.set $mask (i32.add (local.get $mask) (i32.const 4)))
          (local.set $axis (i32.add (local.get $axis) (i32.const 32)))
          (br_if $each (i32.lt_u (local.get $axis) (local.get $end))))
        (i32.store (local.get $squares) (local.get $square))
        (local.set $squares (i32.add (local.get $squares) (i32.const 4)))
        (local.set $codes (i32.add (local.get $codes) (local.get $rowBytes)))
        (local.set $into (i32.add (local.get $into) (local.get $dim)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $row)))))
